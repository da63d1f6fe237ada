from django.urls import path

from civicloop.cases import views

app_name = "cases"
urlpatterns = [
    path("", views.list_, name="list"),
    path("report", views.report, name="report"),
    path("map", views.map_, name="map"),
    path("points.geojson", views.points, name="points"),
    path("<str:number>/", views.case, name="case"),
    path("<str:number>/contact", views.contact, name="contact"),
    *(path(f"<str:number>/{word}", views.move, {"word": word}, name=word) for word in views.VERBS),
]
