"""Photos of residents: small, of a form that is known, and without what a telephone adds.

A photo is decoded and written anew: what stood beside the picture (EXIF: where, when, whose
telephone) is gone, and so is whatever was hidden behind it.
"""

import io

from PIL import Image, ImageOps, UnidentifiedImageError

from liftwatch.incidents.moves import Untold
from liftwatch.said import Said

PHOTO_BYTES_MAX = 8 * 1024 * 1024
"""As telephones take them."""
PIXELS_MAX = 60_000_000
"""A telephone's largest; what unpacks to more is no photo."""
EDGE_MAX = 1_600
"""Enough to see a broken button, not to read a letter in somebody's hand [our choice]."""
FORMS = ("JPEG", "PNG", "WEBP")
QUALITY = 78


def clean_photo(data: bytes) -> bytes:
    """The picture alone as a JPEG of at most EDGE_MAX a side; Untold for what is none we take."""
    if len(data) > PHOTO_BYTES_MAX:
        raise Untold(Said("the photo is larger than %(most)s MB", most=8))
    try:
        with Image.open(io.BytesIO(data), formats=FORMS) as picture:
            if picture.width * picture.height > PIXELS_MAX:
                raise Untold(Said("the photo has too many points"))
            picture.draft("RGB", (EDGE_MAX, EDGE_MAX))
            turned = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise Untold(Said("this is no photo that can be read: JPEG, PNG or WebP")) from error
    turned.thumbnail((EDGE_MAX, EDGE_MAX))
    bare = Image.new("RGB", turned.size)
    bare.paste(turned)
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
