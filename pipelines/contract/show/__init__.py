"""A contract as a person reads it, in Chinese or English: clause by clause, every option in force."""
