"""Messages and referrals between the services: received, sent, answered; and who stands in for whom."""
