from django.urls import path, re_path

from civicloop.divisions import views

app_name = "divisions"

urlpatterns = [
    path("", views.divisions, name="divisions"),
    path("outlines.geojson", views.outlines, name="outlines"),
    path("choose/", views.choose, name="choose"),
    path("suggest/", views.suggest, name="suggest"),
    path("load/", views.load, name="load"),
    path("load/boundaries/", views.load_boundaries, name="load_boundaries"),
    path("load/<uuid:draft>/", views.loaded, name="loaded"),
    path("load/<uuid:draft>/confirm/", views.confirm_load, name="confirm_load"),
    path("sites/", views.sites, name="sites"),
    path("sites/points.geojson", views.site_points, name="site_points"),
    path("sites/add/", views.add_site, name="add_site"),
    re_path(r"^sites/(?P<code>[0-9A-Za-z-]{1,30})/$", views.site, name="site"),
    re_path(r"^sites/(?P<code>[0-9A-Za-z-]{1,30})/change/$", views.change_site, name="change_site"),
    re_path(r"^(?P<code>[0-9]{2,15})/$", views.division, name="division"),
]
