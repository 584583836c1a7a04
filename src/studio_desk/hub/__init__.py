"""The district's hub: a mailbox and a receiving desk for sealed bundles over the network."""
