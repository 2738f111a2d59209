import re,collections,csv,glob,math,os
c=collections.Counter(); first=collections.Counter()
texts=[]
for r in csv.reader(open('/work/shared/data/banking77-train.csv')): texts.append(r[0])
words=collections.Counter()
for t in texts: words.update(re.findall('[a-z]+',t.lower()))
import keyword
for f in glob.glob('/usr/share/common-licenses/*'): 
    try: words.update(re.findall('[a-z]+',open(f,errors='ignore').read().lower()))
    except Exception: pass
ids=collections.Counter()
n=0
for f in glob.glob('/root/.pyenv/versions/3.11.7/lib/python3.11/*.py')+glob.glob('/root/.pyenv/versions/3.11.7/lib/python3.11/site-packages/botocore/*.py'):
    t=open(f,errors='ignore').read()
    for w in re.findall('[A-Za-z_]{3,}',t):
        for p in re.findall('[A-Z]?[a-z]+',w): ids[p.lower()]+=1
for w,k in list(words.items())+list(ids.items()):
    if len(w)<3: continue
    k=1+math.log(k)
    for a,b in zip(w,w[1:]): c[a+b]+=k
A='abcdefghijklmnopqrstuvwxyz'
tot=sum(c.values())
rows=[]
for a in A:
    s=''
    for b in A:
        p=(c[a+b]+.5)/(tot+338)
        v=math.log2(p*676)  # vs uniform
        d=max(0,min(9,round((v+5)*1.0)))   # 5 = as frequent as chance
        s+=str(d)
    rows.append(s)
print('\n'.join(rows))
