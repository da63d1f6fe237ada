from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "civicloop.people"
    verbose_name = _("人员")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from civicloop.kernel.actors import teach_names
        from civicloop.people import verbs  # noqa: F401 - declares the words of the trail
        from civicloop.people.models import names_of_persons

        teach_names("person", names_of_persons)
