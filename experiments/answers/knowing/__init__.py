"""What it is worth to know: perfect information, a preview, and the ledger of assumptions."""
