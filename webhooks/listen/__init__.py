"""For teams without a public URL: what the platforms hold ready is fetched, and enters by the webhooks' own doors."""
