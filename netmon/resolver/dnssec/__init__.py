"""Validates answers by DNSSEC: from a trust anchor through each DS and DNSKEY to the records (RFC 4035)."""
