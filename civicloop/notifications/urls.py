from django.urls import path

from civicloop.notifications import views

app_name = "notifications"
urlpatterns = [
    path("", views.notices, name="notices"),
    path("read_all", views.read_all, name="read_all"),
]
