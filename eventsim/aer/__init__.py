"""Address-event representation: addresses, and the router from a spike to its deliveries."""
