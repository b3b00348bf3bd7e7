"""The books as a Django application."""

from django.apps import AppConfig


class BooksConfig(AppConfig):
    name = "entrepot.books"
    label = "books"
    default_auto_field = "django.db.models.BigAutoField"
