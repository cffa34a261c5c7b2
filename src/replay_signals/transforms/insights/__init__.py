"""Funnels, trends and retention: what is asked, insights of PostHog as the same questions, and who is one visitor."""
