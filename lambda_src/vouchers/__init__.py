"""Prepaid vouchers: a payment becomes a voucher, a document and a mail; each of them once."""
