from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "civicloop.config"
