"""The one address of files; included under evidence/."""

from django.urls import path

from civicloop.kernel.evidence import views

urlpatterns = [path("<str:token>", views.evidence, name="evidence")]
