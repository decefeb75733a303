"""Log formats, each read into the canonical event tables: mappings of flat files, adapters of structured ones."""
