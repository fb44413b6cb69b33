"""A stand-in for everything outside the product: real protocols over real sockets, on this machine only."""
