"""A statement as documents, from its record alone: PDF, workbook, JSON, evidence, voucher."""
