"""Items, their packaging by date, what shops call them, and bundles."""

from django.db import models

from entrepot.books.models.company import Shop


class Item(models.Model):
    sku = models.CharField(max_length=120, unique=True)
    name = models.CharField(max_length=2000, blank=True)
    name_zh = models.CharField(max_length=2000, blank=True)
    sort_key = models.CharField(max_length=200, blank=True, help_text="pinyin of the Chinese name, else the name")
    category = models.CharField(max_length=2000, blank=True)
    brand = models.CharField(max_length=200, blank=True)
    base_unit = models.CharField(max_length=20, default="piece")
    hs_code = models.CharField(max_length=20, blank=True)
    origin = models.CharField(max_length=2, blank=True)
    barcode = models.CharField(max_length=120, blank=True)
    supplier = models.CharField(max_length=120, blank=True)
    moq = models.BigIntegerField(null=True)
    lead_time_days = models.IntegerField(null=True)
    list_price = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    discontinued_on = models.DateField(null=True)

    def __str__(self) -> str:
        return self.sku


class Packaging(models.Model):
    """Grams and millimetres; ``None`` = not known, and a split that needs it is refused."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="packaging")
    level = models.CharField(max_length=8)
    units = models.BigIntegerField()
    weight_g = models.BigIntegerField(null=True)
    length_mm = models.BigIntegerField(null=True)
    width_mm = models.BigIntegerField(null=True)
    height_mm = models.BigIntegerField(null=True)
    valid_from = models.DateField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(units__gt=0), name="packaging_units")]


class Listing(models.Model):
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT)
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    seller_sku = models.CharField(max_length=120)
    title = models.CharField(max_length=2000, blank=True)
    asin = models.CharField(max_length=20, blank=True)
    fnsku = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "seller_sku"], name="listing_once")]


class BundlePart(models.Model):
    bundle_sku = models.CharField(max_length=120)
    item = models.ForeignKey(Item, on_delete=models.PROTECT)
    quantity = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bundle_sku", "item"], name="bundle_part_once"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="bundle_part_quantity"),
        ]
