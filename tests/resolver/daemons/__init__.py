"""netmon asks name servers that others wrote."""
