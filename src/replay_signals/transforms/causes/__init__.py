"""What signals are about, in names that last: pages, controls, exceptions, requests; which signals are one trouble."""
