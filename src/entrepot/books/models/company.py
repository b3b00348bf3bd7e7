"""Companies, places, shops and suppliers: current state; their history is the documents that set them."""

from django.db import models


class Company(models.Model):
    code = models.CharField(max_length=120, unique=True)
    name = models.CharField(max_length=2000, blank=True)
    currency = models.CharField(max_length=3)
    zone = models.CharField(max_length=64, default="UTC")
    method = models.CharField(max_length=20, default="fifo")
    country = models.CharField(max_length=2, blank=True)
    books_from = models.DateField(null=True, help_text="sales before this day move no units")

    def __str__(self) -> str:
        return self.code


class Location(models.Model):
    code = models.CharField(max_length=120, unique=True)
    name = models.CharField(max_length=2000, blank=True)
    name_zh = models.CharField(max_length=2000, blank=True)
    kind = models.CharField(max_length=20, default="warehouse")
    country = models.CharField(max_length=2, blank=True)
    city = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.code


class Shop(models.Model):
    code = models.CharField(max_length=120, unique=True)
    name = models.CharField(max_length=2000, blank=True)
    company = models.ForeignKey(Company, on_delete=models.PROTECT)
    channel = models.CharField(max_length=20, default="other")
    currency = models.CharField(max_length=3)
    zone = models.CharField(max_length=64, default="UTC")
    location = models.ForeignKey(Location, on_delete=models.PROTECT)
    country = models.CharField(max_length=2, blank=True)

    def __str__(self) -> str:
        return self.code


class Supplier(models.Model):
    code = models.CharField(max_length=120, unique=True)
    name = models.CharField(max_length=2000, blank=True)
    name_zh = models.CharField(max_length=2000, blank=True)
    kind = models.CharField(max_length=20, default="goods")
    country = models.CharField(max_length=2, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    payment_terms = models.CharField(max_length=2000, blank=True)
    minimum_order = models.BigIntegerField(null=True, help_text="least goods of one order, minor units of his currency")
    order_in = models.CharField(max_length=8, default="carton")

    def __str__(self) -> str:
        return self.code
