import { commonFilters, edgeFilter, type Filter } from '../common.filters.js';

export const areaFilters: readonly Filter[] = [
  edgeFilter('broader', 'area', 'Areas directly below this one.', 'military-equipment', 'broader'),
  ...commonFilters,
];
