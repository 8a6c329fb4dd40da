CREATE TABLE `search_texts` (
	`revision` integer PRIMARY KEY NOT NULL,
	`position` integer NOT NULL,
	`subject` text NOT NULL,
	`subject_type` text NOT NULL,
	`until` integer,
	`label` text NOT NULL,
	`names` text NOT NULL,
	`body` text NOT NULL,
	`refs` text NOT NULL,
	`date_from` integer NOT NULL,
	`date_to` integer NOT NULL,
	FOREIGN KEY (`revision`) REFERENCES `revisions`(`revision`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`subject`) REFERENCES `entities`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
ALTER TABLE `head` ADD `projections` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
-- From here on by hand: what the tool does not know of. The words come folded already, so the tokenizer only splits them.
CREATE VIRTUAL TABLE `search` USING fts5(label, names, body, refs, content='search_texts', content_rowid='revision', tokenize="unicode61 remove_diacritics 0");
--> statement-breakpoint
CREATE TRIGGER `search_texts_added` AFTER INSERT ON `search_texts` BEGIN
	INSERT INTO `search` (rowid, label, names, body, refs) VALUES (new.revision, new.label, new.names, new.body, new.refs);
END;
--> statement-breakpoint
CREATE TRIGGER `search_texts_removed` AFTER DELETE ON `search_texts` BEGIN
	INSERT INTO `search` (`search`, rowid, label, names, body, refs) VALUES ('delete', old.revision, old.label, old.names, old.body, old.refs);
END;
