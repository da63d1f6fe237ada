from django.urls import path

from civicloop.cockpit import views

app_name = "cockpit"
urlpatterns = [
    path("", views.cockpit, name="cockpit"),
    path("areas.geojson", views.areas, name="areas"),
]
