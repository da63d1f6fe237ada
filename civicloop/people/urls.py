"""The word of the address is the word of the view, of the operation and of the trail."""

from django.urls import path

from civicloop.people.views import account, door, grants, persons, units

app_name = "people"
urlpatterns = [
    path("log_in", door.log_in, name="log_in"),
    path("log_out", door.log_out, name="log_out"),
    path("second_factor", door.second_factor, name="second_factor"),
    path("enrol_factor", door.enrol_factor, name="enrol_factor"),
    path("change_password", door.change_password, name="change_password"),
    path("account", account.account, name="account"),
    path("end_sessions", account.end_sessions, name="end_sessions"),
    path("tokens", account.tokens, name="tokens"),
    path("tokens/<int:pk>/revoke", account.revoke_token, name="revoke_token"),
    path("", persons.people, name="people"),
    path("add", persons.add_person, name="add_person"),
    path("<int:pk>/", persons.person, name="person"),
    path("<int:pk>/edit", persons.edit_person, name="edit_person"),
    path("<int:pk>/disable", persons.disable, name="disable"),
    path("<int:pk>/enable", persons.enable, name="enable"),
    path("<int:pk>/unlock", persons.unlock, name="unlock"),
    path("<int:pk>/reset_password", persons.reset_password, name="reset_password"),
    path("<int:pk>/reset_factor", persons.reset_factor, name="reset_factor"),
    path("<int:pk>/appoint", grants.appoint, name="appoint"),
    path("holdings/<int:pk>/end", grants.end_holding, name="end_holding"),
    path("units/", units.units, name="units"),
    path("units/add", units.add_unit, name="add_unit"),
    path("units/<int:pk>/", units.unit, name="unit"),
    path("units/<int:pk>/edit", units.edit_unit, name="edit_unit"),
    path("units/<int:pk>/add_post", units.add_post, name="add_post"),
    path("grants/", grants.grants, name="grants"),
    path("posts/<int:pk>/grant", grants.grant, name="grant"),
    path("grants/<int:pk>/withdraw", grants.withdraw, name="withdraw"),
]
