"""Addresses of the pages."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import path, re_path
from django.views.i18n import set_language

from entrepot.faces.web.views import (
    cost,
    demand,
    health,
    imports,
    opportunities,
    quote,
    rules,
    search,
    session,
    stock,
    today,
    whatif,
)

FILE = r"(?P<suffix>csv|xlsx)"

urlpatterns = [
    path("", today.today, name="today"),
    re_path(rf"^decisions\.{FILE}$", today.export, name="decisions-export"),
    re_path(r"^decisions/(?P<key>[\w.:-]+)/(?P<action>approve|snooze|undo)$", today.decide, name="decide"),
    path("inventory/", stock.inventory, name="inventory"),
    re_path(rf"^inventory\.{FILE}$", stock.export, name="inventory-export"),
    path("demand/", demand.demand, name="demand"),
    re_path(rf"^demand\.{FILE}$", demand.export, name="demand-export"),
    path("opportunities/", opportunities.opportunities, name="opportunities"),
    re_path(rf"^opportunities\.{FILE}$", opportunities.export, name="opportunities-export"),
    path("demand/uplifts/<int:key>/withdraw", demand.withdraw, name="uplift-withdraw"),
    path("demand/uplift/<path:code>", demand.uplift, name="uplift"),
    path("demand/<path:code>/", demand.item, name="demand-item"),
    path("cost/", cost.cost, name="cost"),
    re_path(rf"^cost\.{FILE}$", cost.export, name="cost-export"),
    path("cost/family/<slug:family>/", cost.family, name="family"),
    re_path(rf"^cost/family/(?P<family>[\w-]+)\.{FILE}$", cost.family, name="family-export"),
    path("cost/sale/<int:key>/", cost.sale, name="sale"),
    path("cost/sale/<int:key>/why", cost.sale_why, name="sale-why"),
    re_path(r"^cost/(?P<part>layers|bills)/(?P<code>.+)/$", cost.sku_why, name="sku-why"),
    re_path(rf"^cost/(?P<part>layers|bills|sales)/(?P<code>.+)\.{FILE}$", cost.sku_export, name="sku-export"),
    path("sku/<path:code>/", cost.sku, name="sku"),
    path("documents/<str:key>/", cost.document, name="document"),
    path("documents/<str:key>/file", cost.document_file, name="document-file"),
    path("quote/", quote.quote, name="quote"),
    re_path(rf"^quote/(?P<part>alternatives|lines)\.{FILE}$", quote.export, name="quote-export"),
    path("what-if/", whatif.what_if, name="what-if"),
    re_path(rf"^what-if\.{FILE}$", whatif.export, name="what-if-export"),
    path("rules/", rules.rules, name="rules"),
    re_path(rf"^rules\.{FILE}$", rules.export, name="rules-export"),
    path("health/", health.health, name="health"),
    path("health/quarantine/<str:key>/", health.held, name="held"),
    path("health/quarantine/<str:key>/dismiss", health.dismiss, name="held-dismiss"),
    re_path(rf"^health/(?P<name>\w+)\.{FILE}$", health.export, name="health-export"),
    path("import/", imports.start, name="imports"),
    path("import/templates/<slug:kind>.<slug:language>.xlsx", imports.template, name="template"),
    path("import/<str:key>/", imports.one, name="import"),
    re_path(r"^import/(?P<key>[^/]+)/(?P<action>answer|confirm|undo)$", imports.act, name="import-act"),
    re_path(r"^start/(?P<kind>revalue|daily|check)$", imports.work, name="work"),
    path("jobs/<str:key>/", imports.job, name="job"),
    path("jobs/<str:key>/cancel", imports.cancel, name="job-cancel"),
    path("search", search.search, name="search"),
    path("keys", session.keys, name="keys"),
    path("tokens", session.tokens, name="tokens"),
    path("tokens/<int:key>/revoke", session.revoke, name="token-revoke"),
    path("company", session.company, name="company"),
    path("sign-in", session.SignIn.as_view(), name="sign-in"),
    path("sign-out", LogoutView.as_view(next_page="sign-in"), name="sign-out"),
    path("language", login_not_required(set_language), name="set_language"),
]
