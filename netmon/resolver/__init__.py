"""What a name resolves to; the only importer of dnspython."""
