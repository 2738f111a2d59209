"""Made-up values with right check digits, and the detector that each stands for."""
import datetime
import string

D = string.digits
U = string.ascii_uppercase

NAMES = {
    "en": ("James Mary Robert Patricia Linda Michael Elizabeth David Barbara Susan Jessica Sarah Karen Daniel Matthew Anthony Emily Joshua Kevin Amanda Melissa Stephanie Rebecca Laura Gregory Samantha Olivia Hannah Nathan Priya Oluwaseun Siobhan Ethan Chloe Imogen Callum",
           "Smith Johnson Williams Jones Miller Davis Wilson Anderson Thompson Martinez Robinson Clark Lewis Walker Hall Allen Wright Nguyen Hill Scott Adams Baker Nelson Carter Mitchell Roberts Phillips Campbell Evans Edwards Collins O'Brien Fitzgerald MacDonald Okafor Patel Hughes Pemberton"),
    "de": ("Hans Peter Thomas Andreas Stefan Sabine Monika Petra Claudia Jürgen Wolfgang Ursula Katharina Lukas Leon Felix Johanna Anna-Lena Heike Uwe Dieter Friederike Matthias Birgit Annika Torsten Jonas Greta",
           "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Krüger Hofmann Lehmann Köhler Hartmann von Weizsäcker Brandt Vogel"),
    "fr": ("Jean Marie Pierre Nathalie Philippe Isabelle Nicolas Sylvie Julien Camille Sébastien Aurélie Guillaume Céline Jean-Pierre Élodie Mathieu Manon Baptiste Thérèse Bernadette Olivier Chloé Hugo Amélie",
           "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefebvre Michel Garcia Roux Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Chevalier Lefèvre Gauthier"),
    "es": ("José María Antonio Carmen Manuel Ana Francisco Laura David Marta Javier Lucía Carlos Elena Alejandro Paula Miguel Raquel Sergio Beatriz Íñigo Rocío Álvaro Pilar Guadalupe Joaquín",
           "García Fernández González Rodríguez López Martínez Sánchez Pérez Gómez Martín Jiménez Ruiz Hernández Díaz Moreno Muñoz Álvarez Romero Alonso Gutiérrez Navarro Torres Domínguez Vázquez"),
    "it": ("Giuseppe Maria Giovanni Anna Antonio Francesca Luca Giulia Marco Chiara Alessandro Federica Matteo Valentina Lorenzo Martina Stefano Silvia Davide Elisa Salvatore Rosaria Gianluca Beatrice",
           "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti De Luca Costa Giordano Mancini Rizzo Lombardi Moretti Barbieri Fontana Santoro Caruso"),
    "nl": ("Jan Maria Johannes Anna Pieter Sanne Daan Emma Willem Lotte Bram Fleur Hendrik Femke Jeroen Marieke Sjoerd Annemiek Ruben Esmee Thijs Liesbeth Koen Wouter",
           "de Jong Jansen de Vries van den Berg Bakker van Dijk Visser Smit Meijer de Boer Mulder de Groot Bos Vos Peters Hendriks Dekker Brouwer Kuipers Veenstra Hoekstra van der Meer"),
    "pl": ("Jan Anna Piotr Maria Krzysztof Katarzyna Andrzej Małgorzata Tomasz Agnieszka Paweł Barbara Michał Ewa Marcin Magdalena Łukasz Joanna Grzegorz Zofia Wojciech Jadwiga Stanisław Aleksandra",
           "Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski Jankowski Mazur Kwiatkowski Krawczyk Piotrowski Grabowski Pawłowski Michalski"),
    "pt": ("João Maria José Ana Pedro Mariana Tiago Inês Ricardo Catarina Bruno Beatriz Rafael Fernanda Gustavo Juliana Luís Teresa Thiago Larissa Vítor Conceição Henrique Letícia",
           "Silva Santos Oliveira Souza Rodrigues Ferreira Alves Pereira Lima Gomes Costa Ribeiro Martins Carvalho Almeida Lopes Soares Fernandes Vieira Barbosa Rocha Dias Nunes Mendes"),
    "hi": ("राजेश सुनीता अमित प्रिया विकास अंजलि संजय पूजा राहुल नेहा सुरेश कविता मनोज रेखा अनिल मीना दीपक सीमा",
           "शर्मा वर्मा गुप्ता सिंह कुमार यादव मिश्रा पटेल जोशी चौधरी अग्रवाल तिवारी पांडे सक्सेना"),
    "zh": ("伟 芳 娜 秀英 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 秀兰 霞 平 建国 志强 晓明 文静 子涵",
           "王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 欧阳 司马"),
    "ja": ("太郎 花子 健一 美咲 翔太 陽子 大輔 恵子 拓也 さくら 直樹 由美", "佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田"),
    "ar": ("محمد أحمد فاطمة علي خالد مريم عمر عائشة يوسف ليلى حسن زينب", "الأحمد الخطيب حسين السعيد المصري العلي الهاشمي إبراهيم"),
}


def surnames(lang):
    """Surnames, whose particles stand with them."""
    words, out, held = NAMES[lang][1].split(), [], []
    for word in words:
        held.append(word)
        if word not in ("de", "van", "den", "der", "von", "De"):
            out.append(" ".join(held))
            held = []
    return out


def given(lang, rng):
    return rng.choice(NAMES[lang][0].split())


def surname(lang, rng):
    return rng.choice(surnames(lang))


def name(lang, rng):
    first, last = given(lang, rng), surname(lang, rng)
    if lang in ("zh", "ja"):
        return last + ("" if lang == "zh" or rng.random() < .5 else " ") + first
    if lang == "en" and rng.random() < .2:
        return f"{first} {rng.choice(U)}. {last}"
    if lang in ("es", "pt") and rng.random() < .4:
        return f"{first} {last} {surname(lang, rng)}"
    return f"{first} {last}"


def shape(pattern, rng):
    """# a digit, % one from 1 to 9, @ a letter."""
    out = ""
    for mark in pattern:
        out += {"#": rng.choice(D), "%": rng.choice("123456789"), "@": rng.choice(U)}.get(mark, mark)
    return out


def until(make, check):
    """Tries until the check passes."""
    while True:
        value = make()
        if check(re_code(value)):
            return value


def re_code(value):
    return "".join(c for c in value if c.isalnum()).upper()


def luhn(code):
    total = 0
    for at, char in enumerate(reversed(code)):
        n = int(char) * (1 + at % 2)
        total += n - 9 if n > 9 else n
    return total % 10 == 0


def mod(code, weights, modulus):
    return sum(int(c) * w for c, w in zip(code, weights)) % modulus


def as_number(code):
    return int("".join(str(int(c, 36)) for c in code))


def card(lang, rng):
    starts = [("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("34", 15), ("37", 15), ("6011", 16), ("3528", 16), ("36", 14), ("62", 16)]
    start, length = rng.choice(starts)
    code = until(lambda: start + "".join(rng.choice(D) for _ in range(length - len(start))), luhn)
    joint = rng.choice(["", " ", " ", "-"])
    cut = {16: (4, 4, 4, 4), 15: (4, 6, 5), 14: (4, 6, 4)}[length]
    out, at = [], 0
    for part in cut:
        out.append(code[at:at + part])
        at += part
    return joint.join(out)


IBANS = {"en": "GB", "de": "DE", "fr": "FR", "es": "ES", "it": "IT", "nl": "NL", "pl": "PL", "pt": "PT"}
BBANS = {"GB": "@@@@" + "#" * 14, "DE": "#" * 18, "FR": "#" * 10 + "@#######@##" + "##", "ES": "#" * 20, "IT": "@" + "#" * 22, "NL": "@@@@" + "#" * 10, "PL": "#" * 24,
         "PT": "#" * 21, "CH": "#" * 17, "BE": "#" * 12, "AT": "#" * 16, "SE": "#" * 20, "AE": "#" * 19}


def iban(lang, rng):
    country = IBANS.get(lang) or rng.choice(list(BBANS))
    bban = shape(BBANS[country], rng)
    code = f"{country}{98 - as_number(bban + country + '00') % 97:02}{bban}"
    return code if rng.random() < .4 else " ".join(code[at:at + 4] for at in range(0, len(code), 4))


PHONES = {
    "en": ["+1 (212) 555-01##", "(415) 555-####", "303-555-####", "+44 20 7### ####", "07### ######", "020 7### ####", "+61 4## ### ###", "(0%) 9### ####", "0161 496 0###", "+1-604-555-####",
           "617.555.####", "+91 98### #####", "1-800-555-####", "(646) 555-#### ext. 12"],
    "de": ["+49 30 ########", "030 / ########", "0171 #######", "+49 (0)89 #######", "0221-#######", "(0711) ######", "+43 664 #######", "044 ### ## ##", "0151/########"],
    "fr": ["01 %# ## ## ##", "06 %# ## ## ##", "+33 6 ## ## ## ##", "07.##.##.##.##", "+32 2 ### ## ##", "0033 1 ## ## ## ##", "04-##-##-##-##"],
    "es": ["+34 6## ### ###", "6## ### ###", "91 ### ## ##", "+52 55 #### ####", "9## ## ## ##", "+54 11 ####-####", "6########"],
    "it": ["+39 06 ########", "333 #######", "02 ########", "347 ### ####", "+39 3## #######", "011/#######"],
    "nl": ["06-########", "020-#######", "+31 6 ########", "0%# ### ## ##", "+32 4## ## ## ##", "06 ## ## ## ##"],
    "pl": ["+48 5## ### ###", "6## ### ###", "22 ### ## ##", "5##-###-###", "+48 22 ### ## ##"],
    "pt": ["+351 91# ### ###", "(11) 9####-####", "91# ### ###", "+55 21 9####-####", "21 ### ## ##", "(21) ####-####"],
    "hi": ["+91 98### #####", "9#########", "098### #####", "+91-7#########", "011-2#######"],
    "zh": ["138########", "+86 139 #### ####", "010-8#######", "159-####-####", "0755-########"],
    "ja": ["090-####-####", "03-####-####", "+81 80-####-####", "06-####-####"],
    "ar": ["+966 5# ### ####", "05########", "+20 10# ### ####", "+971 50 ### ####"],
}


def phone(lang, rng):
    return shape(rng.choice(PHONES[lang]), rng)


def email(lang, rng):
    first = rng.choice("anna jan.k m.schmidt laura_b j.doe office+news p-martin sofia99 tom.o'neil kontakt rahul.s li.wei contato info2".split())
    return f"{first}@{rng.choice('example.com mail.example.org firma.de correo.es posta.it poczta.pl bedrijf.nl empresa.com.br company.co.in uni-mail.edu'.split())}"


def date(rng, low=1930, high=2015):
    first = datetime.date(low, 1, 1)
    return first + datetime.timedelta(days=rng.randrange((datetime.date(high, 12, 31) - first).days))


MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "hi": "जनवरी फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
}


def day(lang, rng):
    d = date(rng)
    if lang in ("zh", "ja"):
        return rng.choice([f"{d.year}年{d.month}月{d.day}日", f"{d:%Y-%m-%d}", f"{d:%Y/%m/%d}"])
    month = MONTHS[lang].split()[d.month - 1]
    forms = {
        "en": [f"{d:%m/%d/%Y}", f"{month} {d.day}, {d.year}", f"{d.day} {month} {d.year}", f"{d:%Y-%m-%d}", f"{d.day} {month[:3]} {d.year}", f"{d:%d-%m-%Y}", f"{month[:3]} {d.day}th, {d.year}", f"{d:%m/%d/%y}"],
        "de": [f"{d:%d.%m.%Y}", f"{d.day}. {month} {d.year}", f"{d.day}.{d.month}.{d.year}", f"{d:%d.%m.%y}"],
        "es": [f"{d:%d/%m/%Y}", f"{d.day} de {month} de {d.year}", f"{d:%d-%m-%Y}"],
        "pt": [f"{d:%d/%m/%Y}", f"{d.day} de {month} de {d.year}"],
        "pl": [f"{d:%d.%m.%Y}", f"{d.day} {month} {d.year}", f"{d:%Y-%m-%d}"],
        "nl": [f"{d:%d-%m-%Y}", f"{d.day} {month} {d.year}"],
    }.get(lang, [f"{d:%d/%m/%Y}", f"{d.day} {month} {d.year}"])
    return rng.choice(forms)


CITIES = {
    "en": ["Springfield, IL 62704", "Austin, TX 78701", "Portland, OR 97205-1234", "Leeds LS1 4AP", "London SW1A 2AA", "Toronto, ON M5V 2T6", "Sydney NSW 2000"],
    "de": ["10115 Berlin", "80331 München", "50667 Köln", "20095 Hamburg", "1010 Wien", "8001 Zürich"],
    "fr": ["75002 Paris", "69003 Lyon", "13001 Marseille", "31000 Toulouse", "1050 Bruxelles"],
    "es": ["28013 Madrid", "08001 Barcelona", "41001 Sevilla", "46002 Valencia"],
    "it": ["00184 Roma", "20121 Milano", "10121 Torino", "80133 Napoli NA"],
    "nl": ["1015 CJ Amsterdam", "3511 AB Utrecht", "9712 HN Groningen", "2000 Antwerpen"],
    "pl": ["00-001 Warszawa", "31-042 Kraków", "80-831 Gdańsk", "50-101 Wrocław"],
    "pt": ["1100-148 Lisboa", "4000-322 Porto", "01310-100 São Paulo - SP", "20040-020 Rio de Janeiro"],
}
STREETS = {
    "en": ["% Oak Street", "%## Maple Avenue", "%#@ High Street", "%### W. Lincoln Blvd", "Flat 3, %# Church Lane", "%## Sunset Drive Apt 4B", "%## N 5th St", "% The Crescent", "%# Kings Road", "%### Old Mill Rd., Suite 200"],
    "de": ["Hauptstraße %#", "Goethestr. %", "Am Markt %", "Bahnhofstraße %#a", "Unter den Linden %#", "Lindenallee %", "Mozartweg %#", "Berliner Platz %"],
    "fr": ["%# rue de la Paix", "% avenue Victor Hugo", "%# bis, boulevard Saint-Michel", "% place Bellecour", "%## chemin des Vignes", "%, allée des Tilleuls", "% impasse du Moulin"],
    "es": ["Calle Mayor %#", "C/ Alcalá, %##", "Avenida de la Constitución %", "Plaza de España, %, 3º B", "Paseo de Gracia %#", "Avda. Diagonal %##"],
    "it": ["Via Roma %#", "Piazza Garibaldi %", "Corso Vittorio Emanuele II, %#", "Viale dei Mille %#/A", "Via G. Verdi, %", "Largo Argentina %"],
    "nl": ["Keizersgracht %##", "Dorpsstraat %#", "Kerkweg %", "Prins Hendrikkade %#", "Stationsplein %-2", "Vondellaan %#a"],
    "pl": ["ul. Marszałkowska %#/%", "ul. Długa %", "al. Jerozolimskie %##", "os. Tysiąclecia %#", "pl. Wolności %"],
    "pt": ["Rua Augusta, %##", "Avenida da Liberdade %#, 2º Esq.", "Av. Paulista, 1%##", "Rua das Flores %#", "Travessa do Carmo, %"],
}
WHOLE = {
    "hi": ["मकान नंबर %#, गांधी नगर, नई दिल्ली 1100%#", "%#/%, एमजी रोड, पुणे 41100%", "फ्लैट %##, सेक्टर %#, नोएडा 20130%"],
    "zh": ["北京市朝阳区建国路%#号", "上海市浦东新区世纪大道%##号%室", "广东省深圳市南山区科技园路%号", "浙江省杭州市西湖区文三路%##号"],
    "ja": ["東京都千代田区丸の内%-%-%", "大阪府大阪市北区梅田%丁目%-%", "〒100-000% 東京都港区芝公園%-%-%"],
    "ar": ["شارع الملك فهد %#، الرياض", "%# شارع التحرير، القاهرة"],
}


def address(lang, rng):
    if lang in WHOLE:
        return shape(rng.choice(WHOLE[lang]), rng)
    street = shape(rng.choice(STREETS[lang]), rng)
    return street if rng.random() < .25 else f"{street}, {rng.choice(CITIES[lang])}"


def ip(lang, rng):
    return rng.choice([f"192.168.{rng.randrange(1, 255)}.{rng.randrange(2, 250)}", f"203.0.113.{rng.randrange(1, 255)}", f"10.{rng.randrange(99)}.{rng.randrange(99)}.{rng.randrange(40, 250)}",
                       f"{rng.randrange(60, 200)}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}", f"2001:db8::{rng.randrange(1, 65535):x}", f"fe80::{rng.randrange(4096, 65535):x}:{rng.randrange(4096, 65535):x}:1",
                       ":".join(f"{rng.randrange(4096, 65535):x}" for _ in range(8))])


def mac(lang, rng):
    return rng.choice([":", "-"]).join(f"{rng.randrange(256):02{rng.choice('xX')}}" for _ in range(6))


def geo(lang, rng):
    lat, lon = rng.uniform(-60, 70), rng.uniform(-170, 170)
    return rng.choice([f"{lat:.4f}, {lon:.4f}", f"{lat:.6f},{lon:.6f}", f"{abs(lat):.4f}° {'N' if lat > 0 else 'S'}, {abs(lon):.4f}° {'E' if lon > 0 else 'W'}",
                       f"{int(abs(lat))}°{rng.randrange(60):02}'{rng.randrange(60):02}\"N {int(abs(lon))}°{rng.randrange(60):02}'{rng.randrange(60):02}\"E", f"geo:{lat:.5f},{lon:.5f}"])


def vin(lang, rng):
    letters = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
    values = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9])) | {d: int(d) for d in D}
    weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]
    code = [rng.choice(letters) for _ in range(12)] + [rng.choice(D) for _ in range(5)]
    code[0] = rng.choice("12345JKWSZV")
    rest = sum(values[c] * w for c, w in zip(code, weights)) % 11
    code[8] = "X" if rest == 10 else str(rest)
    return "".join(code)


PLATES = {"en": ["AB%# CDE", "7ABC###", "%@@@ ###".replace("%", "8")], "de": ["B-MW %###", "M-AB ###", "HH XY ##"], "fr": ["AB-%##-CD", "FG-###-HJ"], "es": ["%### BCD", "#### KLM"],
          "it": ["AB ### CD", "FX###ZT"], "nl": ["12-AB-3#", "G-##%-BX", "KL-%##-T"], "pl": ["WA %####", "KR 5@@##".replace("@@", "AB")], "pt": ["AA-%#-BB", "ABC1D##", "ABC-####"],
          "hi": ["DL %C AB ####", "MH 12 AB ####"], "zh": ["京A%####", "沪B·%####", "粤B%#D##"], "ja": ["品川 300 あ %#-##", "横浜 500 さ ##-##"], "ar": ["أ ب ج %###", "د ر س ###"]}


def plate(lang, rng):
    return shape(rng.choice(PLATES[lang]), rng)


def imei(lang, rng):
    return until(lambda: shape("35############%", rng), luhn)


def serial(lang, rng):
    return shape(rng.choice(["C02@@####@@@", "SN-####-####", "@@@########", "5CG#######"]), rng)


def mrn(lang, rng):
    return shape(rng.choice(["########", "MRN-######", "H#######", "##-##-##-##".replace("##-##-##-##", "%######"), "P%#####"]), rng)


def plan(lang, rng):
    return shape(rng.choice(["XYZ#########", "W## ### ###".replace(" ", ""), "########-##", "@@@##########"]), rng)


def passport(lang, rng):
    return shape({"en": rng.choice(["#########", "%########", "@########"]), "de": "C%X###K##".replace("X", "1"), "fr": "##@@#####", "es": "@@@######", "it": "@@#######", "nl": "N@#@###C#".replace("@", "P"), "pl": "E@#######", "pt": "@@######",
                  "hi": "@#######", "zh": "E########", "ja": "T@#######", "ar": "@########"}.get(lang), rng)


def licence(lang, rng):
    return shape({"en": rng.choice(["@#######", "@@@@@%0#####@@9@@", "D###-####-####"]), "de": "B072RRE2I##", "fr": "############", "es": "########" + "T", "it": "U1@######@", "nl": "##########", "pl": "#####/##/####", "pt": "###########",
                  "hi": "DL-14 20110######", "zh": "3301##########", "ja": "############", "ar": "#########"}.get(lang), rng)


def url(lang, rng):
    handle = rng.choice("jane.doe maria-lopez hans_mueller p.kowalski sanne88 luca.rossi rahul-sharma".split())
    return rng.choice(["https://www.linkedin.com/in/", "https://twitter.com/", "https://x.com/", "https://www.facebook.com/", "https://github.com/", "https://www.instagram.com/", "https://t.me/"]) + handle


def account(lang, rng):
    return shape(rng.choice(["########", "##########", "############"]), rng).replace("0", "7", 1)


# --- national numbers -------------------------------------------------------------------------------------------------

def us_ssn(lang, rng):
    return until(lambda: shape("%##-%#-%###", rng), lambda c: c[0] != "9" and c[:3] != "666")


def verhoeff(code):
    d = lambda a, b: (a + b) % 5 if a < 5 and b < 5 else 5 + (a + b) % 5 if a < 5 else 5 + (a - b) % 5 if b < 5 else (a - b) % 5
    perm, total = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4], 0
    for at, char in enumerate(reversed(code)):
        n = int(char)
        for _ in range(at % 8):
            n = perm[n]
        total = d(total, n)
    return total == 0


def mod_11_10(code):
    product = 10
    for char in code[:-1]:
        product = ((int(char) + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == int(code[-1])


def steuer(code):
    counts = [code[:10].count(c) for c in set(code[:10])]
    return mod_11_10(code) and max(counts) in (2, 3) and sum(c > 1 for c in counts) == 1


def rest_11(weights, at):
    """The check digit is 11 less the remainder, 10 and 11 being 0."""
    def check(code):
        rest = mod(code, weights, 11)
        return int(code[at]) == (0 if rest < 2 else 11 - rest)
    return check


def cpf(code):
    return rest_11(range(10, 1, -1), 9)(code) and rest_11(range(11, 1, -1), 10)(code) and len(set(code)) > 1


def nir(lang, rng):
    body = shape("%", rng) if False else rng.choice("12") + f"{rng.randrange(100):02}{rng.randrange(1, 13):02}{rng.randrange(1, 96):02}{rng.randrange(1, 990):03}{rng.randrange(1, 999):03}"
    key = 97 - int(body) % 97
    return rng.choice([f"{body}{key:02}", f"{body[0]} {body[1:3]} {body[3:5]} {body[5:7]} {body[7:10]} {body[10:]} {key:02}"])


DNI = "TRWAGMYFPDXBNJZSQVHLCKE"


def dni(lang, rng):
    n = rng.randrange(10000000, 99999999)
    return f"{n}{rng.choice(['', '-'])}{DNI[n % 23]}"


def nie(lang, rng):
    n = rng.randrange(1000000, 9999999)
    x = rng.randrange(3)
    return f"{'XYZ'[x]}{n}{DNI[(x * 10000000 + n) % 23]}"


def codice(lang, rng):
    odd = dict(zip(U, [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23])) | dict(zip(D, [1, 0, 5, 7, 9, 13, 15, 17, 19, 21]))
    body = f"{shape('@@@@@@', rng)}{rng.randrange(40, 99)}{rng.choice('ABCDEHLMPRST')}{rng.randrange(1, 29):02}{shape('@###', rng)}"
    total = sum(odd[c] if at % 2 == 0 else int(c, 36) - 10 if c.isalpha() else int(c) for at, c in enumerate(body))
    return body + U[total % 26]


def short(rng, order="%y%m%d", low=1940, high=1999):
    return date(rng, low, high).strftime(order)


def pesel(lang, rng):
    return until(lambda: short(rng) + shape("#####", rng), lambda c: mod(c, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1], 10) == 0)


def cnid(lang, rng):
    body = rng.choice(["110101", "310104", "440305", "330106"]) + date(rng, 1950, 2005).strftime("%Y%m%d") + shape("###", rng)
    return body + "10X98765432"[mod(body, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], 11)]


def fi(lang, rng):
    d, n = short(rng, "%d%m%y"), f"{rng.randrange(2, 899):03}"
    return f"{d}-{n}{'0123456789ABCDEFHJKLMNPRSTUVWXY'[int(d + n) % 31]}"


def be(lang, rng):
    body = short(rng) + f"{rng.randrange(1, 998):03}"
    return f"{body[:2]}.{body[2:4]}.{body[4:6]}-{body[6:]}.{97 - int(body) % 97:02}"


def curp(lang, rng):
    alphabet = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"
    body = shape("@@@@", rng) + short(rng) + rng.choice("HM") + shape("@@@@@#", rng)
    return body + str((10 - sum(alphabet.index(c) * (18 - at) for at, c in enumerate(body)) % 10) % 10)


def steuer_id(lang, rng):
    while True:
        code = shape("%##########", rng)
        if steuer(code):
            return code if rng.random() < .5 else f"{code[:2]} {code[2:5]} {code[5:8]} {code[8:]}"


def checked(pattern, check):
    return lambda lang, rng: until(lambda: shape(pattern, rng), check)


def fixed(make):
    return lambda lang, rng: make(rng)


def nino(lang, rng):
    pair = rng.choice("ABCEHJLM") + rng.choice("ABCEHJLM")
    return f"{pair if pair != 'BG' else 'AB'}{rng.choice(['######', ' ## ## ## '])}{rng.choice('ABCD')}".replace("#", "{}").format(*(rng.choice(D) for _ in range(6)))


# --- what is not personal data ----------------------------------------------------------------------------------------

def order(lang, rng):
    return rng.choice([shape("%###############", rng), shape("%###-#######-#######", rng), shape("%### #### #### ####", rng)])


def uuid(lang, rng):
    return "-".join("".join(rng.choice("0123456789abcdef") for _ in range(n)) for n in (8, 4, 4, 4, 12))


def version(lang, rng):
    return rng.choice([shape("%.##.%", rng), shape("v%.#.#-rc.%", rng), shape("%#.#.####", rng), shape("%.#.#.#", rng), shape("10.0.%####.%###", rng)])


def sha(lang, rng):
    return "".join(rng.choice("0123456789abcdef") for _ in range(rng.choice([7, 40, 64])))


def price(lang, rng):
    return rng.choice([shape("%,###.##", rng), shape("%.###,##", rng), shape("%## ###", rng), shape("%###", rng)])


def amount(lang, rng):
    return shape(rng.choice(["%#", "%##", "%###"]), rng)


def plain_date(lang, rng):
    d = date(rng, 2016, 2026)
    return rng.choice([f"{d:%Y-%m-%d}", f"{d:%d.%m.%Y}"])


def clock(lang, rng):
    return f"{rng.randrange(24):02}:{rng.randrange(60):02}:{rng.randrange(60):02}"


ID = "national_id"
SLOTS = {
    "name": ("person_name", name), "given": ("person_name", given), "surname": ("person_name", surname),
    "phone": ("phone", phone), "email": ("email", email), "card": ("payment_card", card), "iban": ("bank_account", iban), "account": ("bank_account", account),
    "routing": ("bank_account", checked("0########", lambda c: mod(c, [3, 7, 1] * 3, 10) == 0)), "sort": ("bank_account", fixed(lambda r: shape("%#-##-##", r))),
    "ifsc": ("bank_account", fixed(lambda r: shape("@@@@0######", r))),
    "birth": ("personal_date", day), "day": ("personal_date", day), "address": ("address", address), "ip": ("network_address", ip), "mac": ("network_address", mac),
    "geo": ("coordinates", geo), "vin": ("vehicle_id", vin), "plate": ("vehicle_id", plate), "imei": ("device_id", imei), "serial": ("device_id", serial),
    "mrn": ("medical_id", mrn), "plan": ("medical_id", plan), "passport": ("passport", passport), "licence": ("licence", licence), "url": ("profile_url", url),
    "us_ssn": (ID, us_ssn), "uk_nino": (ID, nino),
    "uk_nhs": (ID, checked("%## ### ####", lambda c: (11 - mod(c, range(10, 1, -1), 11)) % 11 == int(c[9]))),
    "ca_sin": (ID, checked("%## ### ###", lambda c: luhn(c) and c[0] != "8")), "au_tfn": (ID, checked("%## ### ###", lambda c: mod(c, [1, 4, 3, 7, 5, 8, 6, 9, 10], 11) == 0)),
    "itin": (ID, fixed(lambda r: shape("9##-7#-####", r))), "steuer": (ID, steuer_id), "nir": (ID, nir), "dni": (ID, dni), "nie": (ID, nie), "codice": (ID, codice),
    "ahv": (ID, checked("756.####.####.##", lambda c: mod(c, [1, 3] * 6 + [1], 10) == 0)),
    "bsn": (ID, checked("%########", lambda c: mod(c, [9, 8, 7, 6, 5, 4, 3, 2, 10], 11) == 0)), "pesel": (ID, pesel),
    "nip": (ID, checked("%##-###-##-##", lambda c: mod(c, [6, 5, 7, 2, 3, 4, 5, 6, 7], 11) == int(c[9]))), "be": (ID, be),
    "nif": (ID, checked("2########", rest_11(range(9, 1, -1), 8))), "cpf": (ID, checked("###.###.###-##", cpf)), "cpf_bare": (ID, checked("###########", cpf)),
    "aadhaar": (ID, checked("4### #### ####", verhoeff)), "pan": (ID, fixed(lambda r: shape("@@@P@####@", r))), "cnid": (ID, cnid),
    "my_number": (ID, checked("#### #### ####", rest_11([6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2], 11))), "curp": (ID, curp), "fi": (ID, fi),
    "se": (ID, fixed(lambda r: until(lambda: short(r) + "-" + shape("####", r), luhn))),
    "order": (None, order), "uuid": (None, uuid), "version": (None, version), "sha": (None, sha), "price": (None, price), "amount": (None, amount),
    "date": (None, plain_date), "clock": (None, clock),
}
