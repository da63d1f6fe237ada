from django.urls import path

from civicloop.cases import views, views_load

app_name = "cases"
urlpatterns = [
    path("", views.list_, name="list"),
    path("report", views.report, name="report"),
    path("map", views.map_, name="map"),
    path("points.geojson", views.points, name="points"),
    path("load", views_load.load, name="load"),
    path("load/<uuid:key>/", views_load.load_preview, name="load_preview"),
    path("load/<uuid:key>/start", views_load.load_start, name="load_start"),
    path("load/<uuid:key>/unplaced.xlsx", views_load.load_unplaced, name="load_unplaced"),
    path("<str:number>/", views.case, name="case"),
    path("<str:number>/contact", views.contact, name="contact"),
    *(path(f"<str:number>/{word}", views.move, {"word": word}, name=word) for word in views.VERBS),
]
