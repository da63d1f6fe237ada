"""The one address of files."""

from django.urls import path

from civicloop.kernel.evidence import views

urlpatterns = [path("evidence/<str:token>", views.evidence, name="evidence")]
