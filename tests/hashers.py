"""Argon2 for tests: as weak as it can be set, so that logging in costs nothing."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Quick(Argon2PasswordHasher):
    time_cost = 1
    memory_cost = 64
    parallelism = 1
