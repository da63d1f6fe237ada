"""授权、任职、三员分立."""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.test import TransactionTestCase

from civicloop.kernel.clock.now import today
from civicloop.kernel.refused import Refused
from civicloop.kernel.trail.models import Entry
from civicloop.people.administering import administrator_roles
from civicloop.people.models import Grant, Holding, Person, Post, Role
from civicloop.people.operations import appoint, end_holding, grant, withdraw
from civicloop.people.tests.going import send
from tests.cast import Cast, CityTestCase


def fresh(person: Person) -> Person:
    return Person.objects.get(pk=person.pk)


class GrantTests(CityTestCase):
    def setUp(self) -> None:
        self.by = self.cast.security_admin
        self.city = self.cast.division["9801"]
        self.post = Post.objects.create(unit=self.cast.office, name="机动岗")

    def refused(self, sentence: str, change: Callable[..., Any], *things: Any, **given: Any) -> None:
        def rows() -> tuple[Any, ...]:
            return (
                Entry.objects.count(),
                list(Grant.objects.order_by("pk").values()),
                list(Holding.objects.order_by("pk").values()),
            )

        before = rows()
        with self.assertRaisesRegex(Refused, sentence):
            change(*things, **given)
        self.assertEqual(rows(), before)

    def test_a_post_gives_its_holder_what_it_was_granted(self) -> None:
        grant(self.post, role=Role.INSPECTOR, division=self.city, by=self.by)
        appoint(self.cast.nobody, post=self.post, since=today(), by=self.by)
        self.assertEqual(fresh(self.cast.nobody).paths(Role.INSPECTOR), [self.city.path])
        self.assertEqual(
            list(Entry.objects.values_list("verb", "by")),
            [("people.grant", self.by.actor_key), ("people.appoint", self.by.actor_key)],
        )

    def test_a_withdrawn_grant_is_gone_with_the_next_look(self) -> None:
        given = grant(self.post, role=Role.INSPECTOR, division=self.city, by=self.by)
        appoint(self.cast.nobody, post=self.post, since=today(), by=self.by)
        withdraw(given, reason="职责调整", by=self.by)
        self.assertEqual(fresh(self.cast.nobody).roles, frozenset())
        self.refused(
            "已经收回", withdraw, Grant(pk=given.pk or 0, post=self.post), reason="再来一次", by=self.by
        )

    def test_a_holding_ended_today_is_over_today_even_one_that_began_today(self) -> None:
        grant(self.post, role=Role.INSPECTOR, division=self.city, by=self.by)
        holding = appoint(self.cast.nobody, post=self.post, since=today(), by=self.by)
        end_holding(holding, until=today(), reason="登记错了", by=self.by)
        self.assertEqual(fresh(self.cast.nobody).roles, frozenset())
        again = appoint(self.cast.nobody, post=self.post, since=today(), by=self.by)
        self.assertEqual((again.pk, again.until), (holding.pk, None))
        self.refused("已经任这个岗位", appoint, self.cast.nobody, post=self.post, since=today(), by=self.by)

    def test_the_past_is_not_rewritten(self) -> None:
        holding = self.cast.li_na.holdings.get()
        yesterday = today() - timedelta(days=1)
        self.refused("不能早于今天", end_holding, holding, until=yesterday, reason="…", by=self.by)
        self.refused(
            "离任日期已经过去",
            appoint,
            self.cast.nobody,
            post=self.post,
            since=date(2024, 1, 1),
            until=yesterday,
            by=self.by,
        )

    def test_only_the_security_administrator_grants_and_only_in_the_own_places(self) -> None:
        for by in (self.cast.system_admin, self.cast.auditor, self.cast.chen_jing):
            self.refused("由安全管理员办理", grant, self.post, role=Role.LEADER, division=self.city, by=by)
            self.refused("由安全管理员办理", appoint, self.cast.nobody, post=self.post, since=today(), by=by)
        elsewhere = self.cast.division["9802"]
        self.refused("超出了您的管理范围", grant, self.post, role=Role.LEADER, division=elsewhere, by=self.by)
        above = self.cast.division["98"]
        self.refused("超出了您的管理范围", grant, self.post, role=Role.LEADER, division=above, by=self.by)

    def test_a_district_cannot_lift_its_people_into_posts_that_reach_further(self) -> None:
        west = self.cast.person(
            "west_security", "西安", self.cast.west_district, Role.SECURITY_ADMIN, "980102"
        )
        post = Post.objects.create(unit=self.cast.west_district, name="市里授权的岗位")
        grant(post, role=Role.LEADER, division=self.city, by=self.by)
        clerk = self.cast.person("west_clerk", "西文", self.cast.west_district, Role.HANDLER, "980102")
        self.refused("超出了您的管理范围", appoint, clerk, post=post, since=today(), by=west)

    def test_nobody_grants_to_the_own_post(self) -> None:
        own = self.by.holdings.get().post
        self.refused("自己的岗位", grant, own, role=Role.LEADER, division=self.city, by=self.by)
        self.refused("自己的岗位", withdraw, own.grants.get(), reason="…", by=self.by)

    def test_nobody_is_two_administrators_by_whatever_way(self) -> None:
        system_post = self.cast.system_admin.holdings.get().post
        sentence = "要由不同的人担任"
        self.refused(sentence, appoint, self.cast.auditor, post=system_post, since=today(), by=self.by)
        later_on = today() + timedelta(days=30)
        self.refused(sentence, appoint, self.cast.auditor, post=system_post, since=later_on, by=self.by)
        appoint(self.cast.auditor, post=self.post, since=later_on, by=self.by)
        self.refused(sentence, grant, self.post, role=Role.SYSTEM_ADMIN, division=self.city, by=self.by)
        self.refused(
            "一个岗位只能承担一种", grant, system_post, role=Role.AUDITOR, division=self.city, by=self.by
        )

    def test_who_is_no_longer_one_may_become_another(self) -> None:
        end_holding(self.cast.auditor.holdings.get(), until=today(), reason="轮岗", by=self.by)
        system_post = self.cast.system_admin.holdings.get().post
        appoint(self.cast.auditor, post=system_post, since=today(), by=self.by)
        self.assertEqual(fresh(self.cast.auditor).roles, {Role.SYSTEM_ADMIN})

    def test_it_is_done_by_its_pages(self) -> None:
        self.as_(self.by)
        grants = f"/people/posts/{self.post.pk}/grant"
        send(self.client, grants, {"role": "leader", "division": "城东区", "line": self.cast.line.pk})
        given = self.post.grants.get()
        self.assertEqual((given.role, given.division.code, given.line), ("leader", "980101", self.cast.line))
        Person.objects.filter(pk=self.cast.nobody.pk).update(unit=self.cast.office)
        appointing = f"/people/{self.cast.nobody.pk}/appoint"
        self.assertContains(self.client.get(f"{appointing}?q=机动"), "市文明办·机动岗")
        answer = send(self.client, appointing, {"post": self.post.pk, "since": today().isoformat()})
        self.assertEqual(answer.status_code, 303)
        holding = self.cast.nobody.holdings.get()
        answer = send(
            self.client,
            f"/people/holdings/{holding.pk}/end",
            {"until": today().isoformat(), "reason": "错了"},
        )
        self.assertEqual(answer.status_code, 303)
        answer = send(self.client, f"/people/grants/{given.pk}/withdraw", {"reason": "错了"})
        self.assertEqual(answer.status_code, 303)
        self.assertFalse(self.post.grants.exists())
        self.assertContains(self.client.get("/people/grants/?q=市文明办"), "市文明办·机动岗")


class RaceTests(TransactionTestCase):
    """Two security administrators at the same moment."""

    def test_together_they_cannot_make_one_person_two_administrators(self) -> None:
        cast = Cast()
        second = cast.person("second_security", "方二", cast.office, Role.SECURITY_ADMIN, "9801")
        city = cast.division["9801"]
        for round_ in range(5):
            person = cast.person(f"one_{round_}", "甲", cast.office, None, "9801")
            held = Post.objects.create(unit=cast.office, name=f"已任 {round_}")
            Holding.objects.create(post=held, person=person, since=today())
            system_post = cast.system_admin.holdings.get().post
            outcomes: list[str] = []
            start = threading.Barrier(2)

            def attempt(change: Callable[[], Any]) -> None:
                start.wait()  # noqa: B023 - the threads of this round end with it
                try:
                    change()
                    outcomes.append("done")  # noqa: B023
                except Refused:
                    outcomes.append("refused")  # noqa: B023
                finally:
                    connection.close()

            changes: list[Callable[[], Any]] = [
                lambda post=held: grant(post, role=Role.AUDITOR, division=city, by=cast.security_admin),  # type: ignore[misc]
                lambda who=person, post=system_post: appoint(who, post=post, since=today(), by=second),  # type: ignore[misc]
            ]
            threads = [threading.Thread(target=attempt, args=(change,)) for change in changes]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(sorted(outcomes), ["done", "refused"])
            self.assertEqual(len(administrator_roles(person)), 1)
