"""The first people of an installation."""

from django.test import TestCase

from civicloop.divisions.models import Division
from civicloop.kernel.refused import Refused
from civicloop.people.models import Person, Role
from civicloop.people.operations.first import first_people


class FirstPeopleTests(TestCase):
    """三员"""

    def setUp(self) -> None:
        self.city = Division.objects.create(
            code="98", name="示例省", level="province", path="0098", sort_key="s"
        )

    def test_each_administrator_gets_an_account_that_must_change_its_password(self) -> None:
        made = first_people(self.city)
        self.assertEqual(
            [username for _role, username, _password in made], ["sysadmin", "security", "auditor"]
        )
        for _role, username, password in made:
            person = Person.objects.get(username=username)
            self.assertTrue(person.check_password(password))
            self.assertTrue(person.must_change_password)
        self.assertEqual(Person.objects.get(username="security").roles, {Role.SECURITY_ADMIN})

    def test_it_is_done_once(self) -> None:
        first_people(self.city)
        with self.assertRaises(Refused):
            first_people(self.city)
        self.assertEqual(Person.objects.count(), 3)
