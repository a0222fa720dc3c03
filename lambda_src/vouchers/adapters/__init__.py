"""Where vouchers, payments, documents and mails really go."""
