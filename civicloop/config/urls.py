"""Every address, by app."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from civicloop.config import views
from civicloop.config.api import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("health", views.health, name="health"),
    path("language", views.language, name="set_language"),
    path("trail/", views.trail, name="trail"),
    path("evidence/", include("civicloop.kernel.evidence.urls")),
    path("people/", include("civicloop.people.urls")),
    path("divisions/", include("civicloop.divisions.urls")),
    path("standards/", include("civicloop.standards.urls")),
    path("cases/", include("civicloop.cases.urls")),
    path("cockpit/", include("civicloop.cockpit.urls")),
    path("notifications/", include("civicloop.notifications.urls")),
    path("api/v1/", api.urls),
]
if not settings.PRODUCTION:
    urlpatterns.append(path("looks/", views.looks, name="looks"))

handler400 = "civicloop.config.views.bad_request"
handler403 = "civicloop.config.views.forbidden"
handler404 = "civicloop.config.views.not_found"
handler500 = "civicloop.config.views.broken"
