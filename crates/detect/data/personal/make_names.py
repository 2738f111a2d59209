#!/usr/bin/env python3
"""Makes given.txt and surnames.txt from the locales of Faker (MIT licence): pip install faker; python3 make_names.py
[the list of Debian's wamerican [that of wamerican-small]].

A name that is also a word gets a star, one that is also a place, a brand or a month an exclamation mark: they count only beside something else that speaks for a name. English words are those of the
list (SCOWL's, as Debian's wamerican has it), words of other languages those of Faker's sentences.
"""
import importlib
import pathlib
import pkgutil
import re
import sys
import unicodedata

import faker.providers.address
import faker.providers.lorem
import faker.providers.person

HERE = pathlib.Path(__file__).parent
LATIN = ("en en_GB en_US en_IE en_IN en_NZ en_NG en_KE de_DE de_AT de_CH fr_FR fr_CA fr_CH fr_BE es_ES es_MX es_AR es_CO es_CL es_CA it_IT nl_NL nl_BE "
         "pl_PL pt_BR pt_PT sv_SE da_DK no_NO fi_FI cs_CZ sk_SK hu_HU ro_RO hr_HR sl_SI tr_TR id_ID vi_VN et_EE lt_LT lv_LV ga_IE is_IS yo_NG ig_NG zu_ZA tw_GH").split()
OTHER = "hi_IN mr_IN ne_NP ar_AA ar_SA ar_PS ru_RU uk_UA bg_BG el_GR he_IL fa_IR".split()
HAN = "zh_CN zh_TW ja_JP ko_KR".split()


def values(provider, names):
    for name in names:
        for key in (name, name + "_male", name + "_female", name + "_nonbinary", name + "_est", name + "_rus", name + "_unisex"):
            found = getattr(provider, key, ())
            found = list(found) if isinstance(found, (tuple, list, set, dict)) else ()
            for value in found:
                value = value[0] if isinstance(value, (tuple, list)) else value
                if isinstance(value, str):
                    yield value


def provider(kind, locale):
    try:
        return importlib.import_module(f"faker.providers.{kind}.{locale}").Provider
    except ModuleNotFoundError:
        return None


LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th"})


def fold(word):
    word = word.lower().translate(LETTERS)
    bare = "".join(c for c in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(c))
    return bare


def collect(locales, keys):
    """Names by their folded form; and how many lists have each, lists of thousands of rare names not counted."""
    names, lists = {}, {}
    for locale in locales:
        mine = {}
        found = provider("person", locale)
        for value in values(found, keys) if found else ():
            for word in value.split() if locale not in HAN else [value]:
                word = word.strip(".,'\u200e\u200f")
                if re.fullmatch(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", word) or locale in OTHER:
                    mine.setdefault(fold(word), unicodedata.normalize("NFC", word).lower())
        for key, word in mine.items():
            names.setdefault(key, word)
            lists[key] = lists.get(key, 0) + (0 if len(mine) > 1200 else 2) + (len(mine) > 1200)
    return names, {key for key, count in lists.items() if count < 2}


def words(path):
    out = {w.strip() for w in path.read_text().splitlines()} if path else set()
    lower = {fold(w) for w in out if w and w[0].islower() and "'" not in w}
    for module in pkgutil.iter_modules(faker.providers.lorem.__path__):
        if module.name not in ("la", "ja_JP", "zh_CN", "zh_TW"):
            found = provider("lorem", module.name)
            lower |= {fold(w) for w in getattr(found, "word_list", ()) if len(w) > 1 and w[0].islower()}
    return lower


def places():
    out = set()
    for module in pkgutil.iter_modules(faker.providers.address.__path__):
        found = provider("address", module.name)
        for value in values(found, ["countries", "states", "provinces"]) if found else ():
            out |= {fold(word) for word in ([value] if " " not in value else [])}
    return out


# Also words, or Faker's lists of words have them, but with a capital letter hardly anything else than names.
SURE = set("""anders andre antonio carlos carol carolina claire colleen dan dana dieter dirk donna ella francisco francois gabi harry hector jack jimmy joanna john jorge jose josh
    juan julia julio kelly kristen lee leon luis manuel marco maria mario martin mary mauricio mickey miguel mike molly nick noel norma oscar pablo paul pedro peter pierre pietro
    polly rafael randy raphael rick roger sally sam sean sergio shannon stanley bob stella ted terry tom tommy tony tracy victor wendy dale ed eddy
    jasper jed jesus julienne lina lena mads marlin maxime maximo mila rosa samar sergei silvan simon sofia tara tiara valentine vera viola""".split())

SKIP = set("de la le les du des der die das den dem van von zu do da dos das del el al y e i of the st mr mrs dr ms".split())
MORE = set("""paris lyon marseille nice nantes lille toulouse bordeaux strasbourg berlin hamburg munchen munich koln cologne frankfurt stuttgart dresden leipzig hannover bremen wien
    zurich bern basel genf madrid barcelona sevilla valencia bilbao granada malaga toledo cordoba leon roma milano torino napoli firenze venezia bologna genova palermo amsterdam
    rotterdam utrecht haag eindhoven groningen leiden delft warszawa krakow gdansk poznan lublin lisboa porto braga coimbra faro brasilia rio salvador recife santos oslo bergen
    stockholm goteborg malmo uppsala kobenhavn odense aarhus helsinki turku tampere praha brno budapest moscow kiev minsk istanbul ankara izmir cairo lagos nairobi delhi mumbai
    pune jaipur agra tokyo osaka kyoto beijing shanghai seoul manila jakarta lima bogota quito caracas santiago monterrey guadalajara tijuana toronto montreal ottawa vancouver
    calgary chicago denver seattle portland atlanta miami tampa memphis nashville detroit cleveland columbus pittsburgh baltimore richmond raleigh durham hamilton perth adelaide
    melbourne brisbane wellington auckland belfast cardiff edinburgh glasgow aberdeen dundee liverpool manchester leeds sheffield bradford derby nottingham leicester coventry
    oxford cambridge brighton plymouth exeter bath wells stafford preston burton lage ende anfang preis schuld kraft recht zeit mensch
    stan toon sai evita inga andra antal vala altera gera borra ruta tecla metin geri yeni reino frances dvorak unicode klammer saba boston darwin gregorian
    mach valeur valor andere alla om data meer jan mar amazon ford apple google paris london jordan israel chelsea virginia georgia carolina dakota florence sydney victoria austin houston dallas madison
    savannah charlotte phoenix orlando brooklyn lincoln washington jackson kent lancaster york bristol chester carlisle china india kenya asia america africa
    chad cuba troy vienna milan milano roma sofia alexandria kingston holland england ireland scotland wales france germany romania dolores mercedes porsche
    tesla siemens bosch nike adidas oracle java python ruby pearl perl swift julia ada basic go rust kotlin dart alexa siri cortana bing claude gemini mistral
    apache jenkins travis docker mozart christmas easter april may june august january sunday monday friday nature will mark grace hope faith joy rose lily
    iris ivy dawn eve art bill bob frank grant guy jack rob pat sue sky star summer autumn winter chase hunter mason taylor carter cooper parker archer
    baker fisher king prince queen duke earl baron bishop pope knight young old white black brown green gray grey red blue gold silver wood woods stone
    rivers lake hill field banks bank church street park forest north south east west long short little small rich power love day may light man best
    christian jewish muslim saint angel jesus santa san""".split())


def write(path, title, names, starred=(), elsewhere=(), rare=()):
    lines = [f"# {title}, one a line; a star: also a word; an exclamation mark: also a place, a brand or a month; a plus: rare, in one long list only. Folded: in small letters, decomposed, without marks.",
             "# Source: the locales of Faker (https://github.com/joke2k/faker, MIT licence), by make_names.py."]
    for key in sorted(names):
        if " " in key or key in SKIP or len(key) < 2 and key.isascii():
            continue
        lines.append(key + (" !" if key in elsewhere else " *" if key in starred or len(key) <= 2 and key.isascii() else " +" if key in rare else ""))
    path.write_text("\n".join(lines) + "\n")
    print(path.name, len(lines), sum(line.endswith("*") for line in lines))


def english(path):
    """Words of English in small letters, without those that are another with an ending."""
    words = {w.strip() for w in path.read_text().splitlines()}
    words = {w for w in words if w.isascii() and w.isalpha() and w.islower() and len(w) > 2}
    endings = [("ies", "y"), ("es", ""), ("s", ""), ("ied", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("er", ""), ("ers", ""), ("ly", ""), ("ness", "")]
    is_derived = lambda w: any(w.endswith(e) and len(w) - len(e) > 2 and w[:-len(e)] + stem in words for e, stem in endings)
    lines = ["# Words of English, without those that are another one with an ending.",
             "# Source: SCOWL (http://wordlist.aspell.net), as Debian's wamerican-small has it. Copyright 2000-2011 by Kevin Atkinson. Permission to use, copy, modify, distribute and sell",
             "# these word lists, the associated scripts, the output created from the scripts, and its documentation for any purpose is hereby granted without fee, provided that the above",
             "# copyright notice appears in all copies and that both that copyright notice and this permission notice appear in supporting documentation. Kevin Atkinson makes no",
             '# representations about the suitability of this array for any purpose. It is provided "as is" without express or implied warranty.']
    lines += sorted(w for w in words if not is_derived(w))
    (HERE / "english.txt").write_text("\n".join(lines) + "\n")
    print("english.txt", len(lines))


def main():
    starred = words(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else None) - SURE
    elsewhere = (places() | MORE) - SURE
    if len(sys.argv) > 2:
        english(pathlib.Path(sys.argv[2]))
    given, rare = collect(LATIN + OTHER, ["first_names", "given_names", "given_name"])
    surnames, rare_surnames = collect(LATIN + OTHER, ["last_names", "surnames", "last_name"])
    write(HERE / "given.txt", "Given names", given, starred, elsewhere, rare)
    write(HERE / "surnames.txt", "Surnames", surnames, starred, elsewhere, rare_surnames)
    japanese = {}
    for key in ("last_name_pairs", "first_name_male_pairs", "first_name_female_pairs", "last_names", "first_names_male", "first_names_female", "first_name_pairs"):
        for value in getattr(provider("person", "ja_JP"), key, ()):
            value = value[0] if isinstance(value, (tuple, list)) else value
            japanese[value] = value
    write(HERE / "names_ja.txt", "Japanese surnames and given names", japanese)


if __name__ == "__main__":
    main()
