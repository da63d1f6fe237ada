"""示例城市: a living sample, all of it made up but the divisions."""


def logins() -> list[tuple[str, str, str]]:
    """(role in words, user name, password), one of each role."""
    from civicloop.demo.city import logins as of_city

    return of_city()
