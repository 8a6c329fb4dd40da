import fc from 'fast-check';

/** Property tests take the same cases in every run, so that a red run can be repeated; `FC_SEED` takes others. */
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 20_250_101) });
