from django.urls import path

from civicloop.standards import views

app_name = "standards"

urlpatterns = [
    path("kinds/", views.kinds, name="kinds"),
    path("kinds/add/", views.add_kind, name="add_kind"),
    path("kinds/<slug:code>/", views.kind, name="kind"),
    path("kinds/<slug:code>/change/", views.change_kind, name="change_kind"),
]
