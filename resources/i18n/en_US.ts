<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US" sourcelanguage="zh_CN">
    <context>
        <name>studio_desk</name>
        <message>
            <source>+ 新建{kind}“{name}”</source>
            <translation>+ New {kind} "{name}"</translation>
        </message>
        <message>
            <source>1. 写申请文件，把U盘交给区里。区里会打电话核对指纹，指纹在“月底交区里”页上。</source>
            <translation>1. Write the request file and give the stick to the district. They call to compare the fingerprint, which is on the page "Month-end hand-over".</translation>
        </message>
        <message>
            <source>12个字符，空格和横线不要紧</source>
            <translation>12 characters; spaces and hyphens do not matter</translation>
        </message>
        <message>
            <source>2. 区里登记这台电脑，写一个“重建文件”文件夹，可能要等几天。这期间照常录入，不会丢。</source>
            <translation>2. The district enrols this computer and writes a rebuild folder. That may take days; work on meanwhile, nothing is lost.</translation>
        </message>
        <message>
            <source>2到6个大写字母，定了不再改，是所有编号的开头。</source>
            <translation>2 to 6 capital letters; never changed later, every number begins with them.</translation>
        </message>
        <message>
            <source>2至6个字母，例如 SQ</source>
            <translation>2 to 6 letters, for example SQ</translation>
        </message>
        <message>
            <source>3. U盘带回来，打开程序，“今天”页第一行就是它：点开，装入。屏幕会写明来了多少、缺什么。</source>
            <translation>3. When the stick is back, start the program: the first line of "Today" is about it. Open it and install. You are told what came and what is missing.</translation>
        </message>
        <message>
            <source>60到95，数字大更清楚、更占地方。</source>
            <translation>60 to 95; a higher number is clearer and takes more space.</translation>
        </message>
        <message>
            <source>6位数字。</source>
            <translation>6 digits.</translation>
        </message>
        <message>
            <source>6位数字，例如 990000</source>
            <translation>6 digits, for example 990000</translation>
        </message>
        <message>
            <source>P2的不印入公开材料。</source>
            <translation>P2 is not printed in public papers.</translation>
        </message>
        <message>
            <source>PDF 文件 (*.pdf)</source>
            <translation>PDF files (*.pdf)</translation>
        </message>
        <message>
            <source>PDF 文件；binder 为文件夹</source>
            <translation>PDF file; for binder a folder</translation>
        </message>
        <message>
            <source>TLS证书或钥匙读不出来。</source>
            <translation>The TLS certificate or key cannot be read.</translation>
        </message>
        <message>
            <source>TLS证书的钥匙（PEM）</source>
            <translation>Key of the TLS certificate (PEM)</translation>
        </message>
        <message>
            <source>TLS证书（PEM）</source>
            <translation>TLS certificate (PEM)</translation>
        </message>
        <message>
            <source>U 盘带不回去时，在电话里念给站点。</source>
            <translation>To be read to the station over the telephone when no stick can go back.</translation>
        </message>
        <message>
            <source>U盘 {name}（还能放 {free}）</source>
            <translation>USB stick {name} ({free} free)</translation>
        </message>
        <message>
            <source>U盘或文件夹</source>
            <translation>USB stick or folder</translation>
        </message>
        <message>
            <source>binder：只印这个保管期限</source>
            <translation>binder: print only this retention period</translation>
        </message>
        <message>
            <source>binder：哪个站的，不写则为本站</source>
            <translation>binder: whose station; this one when left out</translation>
        </message>
        <message>
            <source>binder：年度</source>
            <translation>binder: year</translation>
        </message>
        <message>
            <source>person（群众）或 activity（活动）</source>
            <translation>person or activity</translation>
        </message>
        <message>
            <source>quarantine list 里的号，或文件校验码的前8位</source>
            <translation>the number in quarantine list, or the first 8 characters of the file's checksum</translation>
        </message>
        <message>
            <source>uid 或编号</source>
            <translation>uid or number</translation>
        </message>
        <message>
            <source>vocabulary、rules、scheme、calendar 或 defaults</source>
            <translation>vocabulary, rules, scheme, calendar or defaults</translation>
        </message>
        <message>
            <source>{at}由{by}送出（{medium}），文件{file}。</source>
            <translation>Sent {at} by {by} ({medium}), file {file}.</translation>
        </message>
        <message>
            <source>{at}（{n}天）</source>
            <translation>{at} ({n} days)</translation>
        </message>
        <message>
            <source>{at}，{by}：{reason}</source>
            <translation>{at}, {by}: {reason}</translation>
        </message>
        <message>
            <source>{before}；{chain} 放行到第{seq}号：{reason}</source>
            <translation>{before}; {chain} let pass up to number {seq}: {reason}</translation>
        </message>
        <message>
            <source>{code}“{title}”与区里改的不一致，要选定以哪一个为准。</source>
            <translation>{code} “{title}” differs from what the district wrote; decide which value stands.</translation>
        </message>
        <message>
            <source>{code}“{title}”已超过办理时限（{due}）。</source>
            <translation>{code} "{title}" is past its deadline ({due}).</translation>
        </message>
        <message>
            <source>{code}“{title}”应在{due}前办结。</source>
            <translation>{code} "{title}" must be closed by {due}.</translation>
        </message>
        <message>
            <source>{code}“{title}”有不一致的内容，请选定以哪一个为准。</source>
            <translation>{code} "{title}" holds differing values; please choose which one counts.</translation>
        </message>
        <message>
            <source>{code}“{title}”没有写答复，也没有写后续计划。</source>
            <translation>{code} "{title}" has neither an answer nor a next step.</translation>
        </message>
        <message>
            <source>{code}“{title}”等站长审核。</source>
            <translation>{code} "{title}" waits for the station head's review.</translation>
        </message>
        <message>
            <source>{code}“{title}”被区里退回：{reason}</source>
            <translation>{code} "{title}" was returned by the district: {reason}</translation>
        </message>
        <message>
            <source>{code}“{title}”还是草稿。</source>
            <translation>{code} "{title}" is still a draft.</translation>
        </message>
        <message>
            <source>{code}“{title}”还没有会议纪要，应在{due}前印发。</source>
            <translation>{code} "{title}" has no minutes yet; they must be issued by {due}.</translation>
        </message>
        <message>
            <source>{code}不是这种记录。</source>
            <translation>{code} is not a record of this kind.</translation>
        </message>
        <message>
            <source>{code}依法删除：{reason}</source>
            <translation>{code} erased by law: {reason}</translation>
        </message>
        <message>
            <source>{code}入网</source>
            <translation>{code} enrolled</translation>
        </message>
        <message>
            <source>{code}已依法删除（连同附件共{n}条）；编号保留。</source>
            <translation>{code} was erased by law ({n} records with its attachments); the number stays.</translation>
        </message>
        <message>
            <source>{code}已经作废，不能关联。</source>
            <translation>{code} has been withdrawn and cannot be linked.</translation>
        </message>
        <message>
            <source>{code}已经作废，不能再改。</source>
            <translation>{code} is void and cannot be changed.</translation>
        </message>
        <message>
            <source>{code}已经依法删除，不能再改。</source>
            <translation>{code} was erased by law and can no longer be changed.</translation>
        </message>
        <message>
            <source>{code}归档盒</source>
            <translation>{code} archive box</translation>
        </message>
        <message>
            <source>{code}收到回执</source>
            <translation>{code} got its receipt</translation>
        </message>
        <message>
            <source>{code}数据包</source>
            <translation>{code} bundle</translation>
        </message>
        <message>
            <source>{code}是{station}的记录，本站不能改。</source>
            <translation>{code} is a record of {station}; this station cannot change it.</translation>
        </message>
        <message>
            <source>{code}是更新版本的程序写的记录，这里不能打印。</source>
            <translation>{code} was written by a newer version of the program and cannot be printed here.</translation>
        </message>
        <message>
            <source>{code}有待定的冲突。</source>
            <translation>{code} has a conflict that is not decided.</translation>
        </message>
        <message numerus="yes">
            <source>{code}的历史，共{n}次</source>
            <translation>
                <numerusform>History of {code}, {n} entry</numerusform>
                <numerusform>History of {code}, {n} entries</numerusform>
            </translation>
        </message>
        <message>
            <source>{code}记录</source>
            <translation>{code} records</translation>
        </message>
        <message>
            <source>{day}由{by}送出的{n}条（{medium}）已过{days}天没有回执，请问区里收到没有。</source>
            <translation>No receipt for {days} days for the {n} records that {by} sent on {day} ({medium}); ask the district whether they came.</translation>
        </message>
        <message numerus="yes">
            <source>{day}送出的内容已过{n}天还没有回执。请问区里收到没有；再送一次也不会重复。</source>
            <translation>
                <numerusform>What was sent on {day} has had no receipt for {n} day. Ask the district whether it arrived; sending it again duplicates nothing.</numerusform>
                <numerusform>What was sent on {day} has had no receipt for {n} days. Ask the district whether it arrived; sending it again duplicates nothing.</numerusform>
            </translation>
        </message>
        <message>
            <source>{day}送出的内容还在等区里的回执。</source>
            <translation>What was sent on {day} still waits for the district's receipt.</translation>
        </message>
        <message>
            <source>{device} 交到区里的最后一条写于{at}；那以后在它上面录入、没有上交的，这里没有，请对照纸质台账补录。</source>
            <translation>The last entry that {device} handed over to the district was written at {at}. What was entered on it later and never handed over is not here; please enter it again from the paper ledger.</translation>
        </message>
        <message>
            <source>{device} 应有第二签名（SM2），文件里却没有。</source>
            <translation>{device} must have a second signature (SM2), but the file has none.</translation>
        </message>
        <message>
            <source>{device} 用到第{seq}号</source>
            <translation>{device} up to {seq}</translation>
        </message>
        <message>
            <source>{device} 的历史分成了两支（备份恢复，或文件夹被复制到另一台电脑）；站点已把这一支的内容在新的编号链里重新上报。</source>
            <translation>The history of {device} had split in two (a restored backup, or the folder copied to another computer); the station has reported what this branch holds again in a new chain.</translation>
        </message>
        <message>
            <source>{device} 的第 {seq} 号有两个不同的版本：同一台电脑的历史分成了两支。</source>
            <translation>Number {seq} of {device} exists in two versions: the history of one computer has split in two.</translation>
        </message>
        <message>
            <source>{device} 的钥匙自第 {seq} 号之后已吊销。</source>
            <translation>The key of {device} is revoked after number {seq}.</translation>
        </message>
        <message>
            <source>{device} 第 {seq} 号缺少正文，又没有依法删除的记载。</source>
            <translation>Number {seq} of {device} has no body, and no lawful deletion is on record.</translation>
        </message>
        <message>
            <source>{device} 第{first}至{last}号</source>
            <translation>{device} ops {first} to {last}</translation>
        </message>
        <message>
            <source>{device} 第{seq}号的记录</source>
            <translation>Record number {seq} of {device}</translation>
        </message>
        <message>
            <source>{device}不是{name}的电脑。</source>
            <translation>{device} is no computer of {name}.</translation>
        </message>
        <message>
            <source>{device}到第{seq}号：{code}</source>
            <translation>{device} up to number {seq}: {code}</translation>
        </message>
        <message>
            <source>{device}的这把钥匙已经吊销或换掉，不能再登记。</source>
            <translation>This key of {device} was revoked or replaced and cannot be enrolled again.</translation>
        </message>
        <message>
            <source>{device}这个名称已经登记给另一台电脑（或已吊销）。</source>
            <translation>The name {device} already belongs to another computer (or was revoked).</translation>
        </message>
        <message>
            <source>{device}：到第{seq}号。</source>
            <translation>{device}: up to number {seq}.</translation>
        </message>
        <message>
            <source>{dev} 的{n}条区级没有了，写它的电脑也没有（恢复过较旧的备份，或已停用）：已由本机重说，下次导出时上报。</source>
            <translation>The district no longer has {n} operations of {dev}, nor does the computer that wrote them (restored from an older backup, or out of use): this computer has said them again and hands them over with the next export.</translation>
        </message>
        <message>
            <source>{dev}第{seq}号与已收到的不一致：同一编号有两个不同的内容。</source>
            <translation>Number {seq} of {dev} differs from the one received: two contents under one number.</translation>
        </message>
        <message>
            <source>{dev}缺第{first}至{last}号。</source>
            <translation>{dev} lacks numbers {first} to {last}.</translation>
        </message>
        <message>
            <source>{file}（{pages}页）</source>
            <translation>{file} ({pages} pages)</translation>
        </message>
        <message>
            <source>{file}：已收{n}条，退回{back}条，冲突{conflicts}条</source>
            <translation>{file}: {n} received, {back} returned, {conflicts} in conflict</translation>
        </message>
        <message>
            <source>{label}（转到“{state}”）</source>
            <translation>{label} (to "{state}")</translation>
        </message>
        <message>
            <source>{left}：{right}</source>
            <translation>{left}: {right}</translation>
        </message>
        <message>
            <source>{line}的{label}</source>
            <translation>{line}, {label}</translation>
        </message>
        <message>
            <source>{list}第{n}行</source>
            <translation>{list}, line {n}</translation>
        </message>
        <message>
            <source>{month}还没有{name}。</source>
            <translation>{month}: no {name} yet.</translation>
        </message>
        <message numerus="yes">
            <source>{names}等{n}个站</source>
            <translation>
                <numerusform>{names} and others, {n} station</numerusform>
                <numerusform>{names} and others, {n} stations</numerusform>
            </translation>
        </message>
        <message>
            <source>{name} 已登记。文件：{file}</source>
            <translation>{name} is enrolled. File: {file}</translation>
        </message>
        <message>
            <source>{name}接收站</source>
            <translation>{name}: hub</translation>
        </message>
        <message>
            <source>{name}的口令：</source>
            <translation>Passphrase of {name}:</translation>
        </message>
        <message>
            <source>{name}的指纹还没有核对：{fingerprint}。</source>
            <translation>The fingerprint of {name} has not been compared yet: {fingerprint}.</translation>
        </message>
        <message>
            <source>{name}的指纹：{fingerprint}</source>
            <translation>Fingerprint of {name}: {fingerprint}</translation>
        </message>
        <message>
            <source>{name}（{code}） · {operator}</source>
            <translation>{name} ({code}) · {operator}</translation>
        </message>
        <message numerus="yes">
            <source>{name}（{code}），{n}条记录。</source>
            <translation>
                <numerusform>{name} ({code}), {n} record.</numerusform>
                <numerusform>{name} ({code}), {n} records.</numerusform>
            </translation>
        </message>
        <message>
            <source>{name}（{device}）</source>
            <translation>{name} ({device})</translation>
        </message>
        <message>
            <source>{name}，信任名单第{version}版</source>
            <translation>{name}, trust list version {version}</translation>
        </message>
        <message numerus="yes">
            <source>{n}个附件不在这里：{which}。</source>
            <translation>
                <numerusform>{n} attachment is not here: {which}.</numerusform>
                <numerusform>{n} attachments are not here: {which}.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n}个附件损坏了：{which}。</source>
            <translation>
                <numerusform>{n} attachment is damaged: {which}.</numerusform>
                <numerusform>{n} attachments are damaged: {which}.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n}份下发的内容（词表、口径、方案、日历、预填）</source>
            <translation>
                <numerusform>{n} list (vocabulary, rules, scheme, calendar or defaults)</numerusform>
                <numerusform>{n} lists (vocabularies, rules, schemes, calendars, defaults)</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n}份信任名单</source>
            <translation>
                <numerusform>{n} trust list</numerusform>
                <numerusform>{n} trust lists</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n}份回执</source>
            <translation>
                <numerusform>{n} receipt</numerusform>
                <numerusform>{n} receipts</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n}处</source>
            <translation>
                <numerusform>{n} place</numerusform>
                <numerusform>{n} places</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n}字节</source>
            <translation>
                <numerusform>{n} byte</numerusform>
                <numerusform>{n} bytes</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n}张</source>
            <translation>
                <numerusform>{n} picture</numerusform>
                <numerusform>{n} pictures</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n}把根钥匙、{threshold}把签名，这样不行。</source>
            <translation>
                <numerusform>{n} root key and {threshold} signatures: that cannot be.</numerusform>
                <numerusform>{n} root keys and {threshold} signatures: that cannot be.</numerusform>
            </translation>
        </message>
        <message>
            <source>{n}把，要{threshold}把签名</source>
            <translation>{n}, of which {threshold} must sign</translation>
        </message>
        <message>
            <source>{n}把，要{threshold}把签名。</source>
            <translation>{n}, of which {threshold} must sign.</translation>
        </message>
        <message numerus="yes">
            <source>{n}条</source>
            <translation>
                <numerusform>{n} record</numerusform>
                <numerusform>{n} records</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n}条日志的内容不见了：{which}。</source>
            <translation>
                <numerusform>The content of {n} journal entry is missing: {which}.</numerusform>
                <numerusform>The content of {n} journal entries is missing: {which}.</numerusform>
            </translation>
        </message>
        <message>
            <source>{n}条日志的内容已依法删除，却还在这里：{which}。</source>
            <translation>The content of {n} journal entries was erased by law but is still here: {which}.</translation>
        </message>
        <message numerus="yes">
            <source>{n}条日志的内容被改动或损坏：{which}。</source>
            <translation>
                <numerusform>The content of {n} journal entry was altered or damaged: {which}.</numerusform>
                <numerusform>The content of {n} journal entries was altered or damaged: {which}.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n}条记录上区里写的话（更正、退回、批注、任务）</source>
            <translation>
                <numerusform>what the district wrote on {n} record (corrections, returns, remarks, tasks)</numerusform>
                <numerusform>what the district wrote on {n} records (corrections, returns, remarks, tasks)</numerusform>
            </translation>
        </message>
        <message>
            <source>{n}条，共{total}条</source>
            <translation>{n} of {total} records</translation>
        </message>
        <message numerus="yes">
            <source>{n}行有错，请在表格里改好后重新粘贴，或换一栏。</source>
            <translation>
                <numerusform>{n} row has errors. Correct it in the table and paste again, or choose another field.</numerusform>
                <numerusform>{n} rows have errors. Correct them in the table and paste again, or choose another field.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n}页</source>
            <translation>
                <numerusform>{n} page</numerusform>
                <numerusform>{n} pages</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{n}项区里的登记</source>
            <translation>
                <numerusform>{n} note of the district's</numerusform>
                <numerusform>{n} notes of the district's</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{office}{year}年度已于{day}归档，共{n}件。</source>
            <translation>
                <numerusform>{office}, {year}: archived on {day}, {n} item.</numerusform>
                <numerusform>{office}, {year}: archived on {day}, {n} items.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>{office}{year}年度还没有归档，将归档{n}件；件号是暂定的。</source>
            <translation>
                <numerusform>{office}, {year}: not archived yet; {n} item is to be archived, its number is provisional.</numerusform>
                <numerusform>{office}, {year}: not archived yet; {n} items are to be archived, their numbers are provisional.</numerusform>
            </translation>
        </message>
        <message>
            <source>{old}已吊销。要把它交过的记录送给{device}，请在“站点”页选{device}，点“重建文件…”。</source>
            <translation>{old} is revoked. To give {device} the records it handed over, choose {device} on the page "Stations" and press "Rebuild files…".</translation>
        </message>
        <message>
            <source>{place} 不是完整的 JSON。</source>
            <translation>{place} is not complete JSON.</translation>
        </message>
        <message>
            <source>{place} 与前一条接不上，中间被改动或缺失。</source>
            <translation>{place} does not follow from the entry before it; something between was altered or is missing.</translation>
        </message>
        <message>
            <source>{place} 是 {found} 的操作，不是 {device} 的。</source>
            <translation>{place} is an operation of {found}, not of {device}.</translation>
        </message>
        <message>
            <source>{place} 的“{field}”不对。</source>
            <translation>{place} has a wrong "{field}".</translation>
        </message>
        <message>
            <source>{place} 的写法不是规定的唯一写法。</source>
            <translation>{place} is not written in the one form prescribed.</translation>
        </message>
        <message>
            <source>{place} 的层次太深（超过 {limit} 层）。</source>
            <translation>{place} is nested too deeply (more than {limit} levels).</translation>
        </message>
        <message>
            <source>{place} 的证书不对，可能不是区级的接收站。</source>
            <translation>The certificate of {place} is wrong; it may not be the district's hub.</translation>
        </message>
        <message>
            <source>{place} 这一行太长（超过 {limit} 字节）。</source>
            <translation>{place} is too long a line (more than {limit} bytes).</translation>
        </message>
        <message>
            <source>{place} 这份正文不属于任何一条操作。</source>
            <translation>{place} is a body that belongs to no operation.</translation>
        </message>
        <message>
            <source>{place} 这份正文出现了两次。</source>
            <translation>{place} is a body that occurs twice.</translation>
        </message>
        <message>
            <source>{place} 里同一个键出现了两次。</source>
            <translation>{place} holds the same key twice.</translation>
        </message>
        <message>
            <source>{place} 里有 NaN 或无穷大。</source>
            <translation>{place} holds NaN or an infinite number.</translation>
        </message>
        <message>
            <source>{place} 里有不成文字的字节（不是 UTF-8）。</source>
            <translation>{place} holds bytes that are no text (not UTF-8).</translation>
        </message>
        <message>
            <source>{place} 里有半个字符（代理项）。</source>
            <translation>{place} holds half a character (a surrogate).</translation>
        </message>
        <message>
            <source>{place} 里有小数；交接文件只用整数。</source>
            <translation>{place} holds a fraction; exchange files use whole numbers only.</translation>
        </message>
        <message>
            <source>{place} 里的整数太大。</source>
            <translation>{place} holds too large a whole number.</translation>
        </message>
        <message>
            <source>{place} 里的键含有非 ASCII 字符。</source>
            <translation>{place} holds a key with non-ASCII characters.</translation>
        </message>
        <message>
            <source>{row}的{column}</source>
            <translation>{row}: {column}</translation>
        </message>
        <message>
            <source>{sender} 改动了 {owner} 的记录（{rec}）。</source>
            <translation>{sender} changed a record of {owner} ({rec}).</translation>
        </message>
        <message>
            <source>{sender} 无权写“{type}”这一类操作（{place}）。</source>
            <translation>{sender} may not write operations of the type "{type}" ({place}).</translation>
        </message>
        <message>
            <source>{sender} 送回的自称是 {device} 写过的内容，但上面没有区级自己的签名。</source>
            <translation>{sender} brought back what {device} is said to have written, but it does not carry the district's own signature.</translation>
        </message>
        <message numerus="yes">
            <source>{sentence}{n}秒后再试。</source>
            <translation>
                <numerusform>{sentence} Trying again in {n} second.</numerusform>
                <numerusform>{sentence} Trying again in {n} seconds.</numerusform>
            </translation>
        </message>
        <message>
            <source>{station} 站</source>
            <translation>Station {station}</translation>
        </message>
        <message>
            <source>{station} 送回了区级恢复备份后缺少的 {device} 的内容：{what}。这是区级自己写的，不是站点的新记录。</source>
            <translation>{station} brought back what is missing of {device} since the district was restored: {what}. The district wrote it itself; these are no new records of the station.</translation>
        </message>
        <message>
            <source>{station}回复了任务“{title}”，请认可或退回。</source>
            <translation>{station} has answered the task “{title}”. Accept it or send it back.</translation>
        </message>
        <message>
            <source>{station}的年度要由它自己归档封存。</source>
            <translation>The year of {station} must be sealed by the station itself.</translation>
        </message>
        <message>
            <source>{station}还没有回复任务“{title}”，{due}已到期。</source>
            <translation>{station} has not answered the task “{title}”, due on {due}.</translation>
        </message>
        <message>
            <source>{text}第{n}段</source>
            <translation>{text}, paragraph {n}</translation>
        </message>
        <message>
            <source>{time} 的情况，每{n}秒自动更新。</source>
            <translation>As of {time}; refreshed every {n} seconds.</translation>
        </message>
        <message>
            <source>{title}自{since}起的一版，已有后来的一版在执行。</source>
            <translation>{title}, the edition from {since} on: a later one is in force already.</translation>
        </message>
        <message>
            <source>{what}只改了次序</source>
            <translation>{what}: only the order changed</translation>
        </message>
        <message>
            <source>{what}：{old} → {new}</source>
            <translation>{what}: {old} → {new}</translation>
        </message>
        <message>
            <source>{who}对{code}“{title}”说：{reason}</source>
            <translation>{who} on {code} “{title}”: {reason}</translation>
        </message>
        <message>
            <source>{who}已有 {dev} 的第{first}至{last}号，本机没有：本机恢复过较旧的备份，或者另一台电脑在用本机的副本。</source>
            <translation>{who} holds numbers {first} to {last} of {dev} and this computer does not: it was set back by an older backup, or another computer uses a copy of it.</translation>
        </message>
        <message>
            <source>{who}的 {dev} 第{seq}号与本机的不同：这台电脑的历史分成了两支。</source>
            <translation>{who}: number {seq} of {dev} is not the one here. The history of this computer has parted into two branches.</translation>
        </message>
        <message>
            <source>{who}的{what}</source>
            <translation>{what} by {who}</translation>
        </message>
        <message>
            <source>{who}（{by}，{at}）</source>
            <translation>{who} ({by}, {at})</translation>
        </message>
        <message>
            <source>{why}，请用口令。</source>
            <translation>{why}. Please use the passphrase.</translation>
        </message>
        <message>
            <source>{word}，{day}</source>
            <translation>{word}, {day}</translation>
        </message>
        <message>
            <source>{year}年</source>
            <translation>{year}</translation>
        </message>
        <message numerus="yes">
            <source>{year}年度已归档，共{n}件。</source>
            <translation>
                <numerusform>The year {year} is archived, {n} item.</numerusform>
                <numerusform>The year {year} is archived, {n} items.</numerusform>
            </translation>
        </message>
        <message>
            <source>{year}年度归档</source>
            <translation>Archiving of {year}</translation>
        </message>
        <message>
            <source>{year}年度没有可以归档的记录。</source>
            <translation>There are no records of {year} to archive.</translation>
        </message>
        <message>
            <source>{year}年度没有待归档的记录。</source>
            <translation>No records of {year} wait to be archived.</translation>
        </message>
        <message numerus="yes">
            <source>{year}年度还有{n}处不齐：{first}</source>
            <translation>
                <numerusform>{year} still has {n} gap: {first}</numerusform>
                <numerusform>{year} still has {n} gaps: {first}</numerusform>
            </translation>
        </message>
        <message>
            <source>{year}年日历：放假{off}天，调休上班{on}天，年度计划{plan}项。</source>
            <translation>Calendar {year}: days off {off}, exchanged working days {on}, planned items {plan}.</translation>
        </message>
        <message>
            <source>{year}年的“{kind}”收入写了{n}次。</source>
            <translation>Income of the kind "{kind}" in {year} is entered {n} times.</translation>
        </message>
        <message>
            <source>“{after}”（{later}）早于“{before}”（{earlier}）。</source>
            <translation>"{after}" ({later}) is before "{before}" ({earlier}).</translation>
        </message>
        <message>
            <source>“{cell}”是被表格改坏的长号码，末几位已经丢了。</source>
            <translation>"{cell}" is a long number damaged by the spreadsheet; its last digits are lost.</translation>
        </message>
        <message>
            <source>“{cycle}”没有第{n}日。</source>
            <translation>"{cycle}" has no day {n}.</translation>
        </message>
        <message>
            <source>“{device}”已被区级吊销，不能再联网报送。</source>
            <translation>“{device}” was revoked by the district and can no longer push.</translation>
        </message>
        <message>
            <source>“{file}”不是备份文件。</source>
            <translation>"{file}" is not a backup file.</translation>
        </message>
        <message>
            <source>“{file}”不是应急钥匙文件，或抄错了字。</source>
            <translation>“{file}” is no escrow key file, or a letter was copied wrongly.</translation>
        </message>
        <message>
            <source>“{file}”不是所要的根钥匙或名单文件，或已损坏。</source>
            <translation>“{file}” is not the root key or trust list file that is wanted, or it is damaged.</translation>
        </message>
        <message>
            <source>“{file}”不是现在用的应急钥匙。</source>
            <translation>“{file}” is not the escrow key in use.</translation>
        </message>
        <message>
            <source>“{file}”不是登记文件，或已损坏。</source>
            <translation>"{file}" is not an enrolment file, or it is damaged.</translation>
        </message>
        <message>
            <source>“{folder}”里没有给本机（{device}）的重建文件。</source>
            <translation>“{folder}” holds no rebuild files for this computer ({device}).</translation>
        </message>
        <message>
            <source>“{kind}”没有写责任专委会。</source>
            <translation>"{kind}" names no responsible special committee.</translation>
        </message>
        <message>
            <source>“{label}”写的“{name}”不止一个。</source>
            <translation>"{label}" names "{name}", which stands for more than one.</translation>
        </message>
        <message>
            <source>“{label}”写的“{name}”找不到。</source>
            <translation>"{label}" names "{name}", which cannot be found.</translation>
        </message>
        <message>
            <source>“{label}”填的内容不合要求。</source>
            <translation>"{label}" holds something it cannot take.</translation>
        </message>
        <message>
            <source>“{label}”填的数不合要求。</source>
            <translation>"{label}" holds a number it cannot take.</translation>
        </message>
        <message>
            <source>“{label}”太长，最多{limit}。</source>
            <translation>"{label}" is too long, at most {limit}.</translation>
        </message>
        <message>
            <source>“{label}”没有填。</source>
            <translation>"{label}" is not filled in.</translation>
        </message>
        <message>
            <source>“{label}”要写明原因。</source>
            <translation>"{label}" needs a reason.</translation>
        </message>
        <message>
            <source>“{label}”里没有“{word}”这个词。</source>
            <translation>"{label}" does not know the word "{word}".</translation>
        </message>
        <message>
            <source>“{label}”里没有这个选项。</source>
            <translation>"{label}" has no such choice.</translation>
        </message>
        <message>
            <source>“{label}”：</source>
            <translation>"{label}": </translation>
        </message>
        <message>
            <source>“{label}”：{sides}各写的不同，请在“冲突”页比较后选定。</source>
            <translation>“{label}”: {sides} wrote different things; please compare them on the page of conflicts and choose.</translation>
        </message>
        <message>
            <source>“{level}”级有两届任期重叠。</source>
            <translation>Two terms at the level "{level}" overlap.</translation>
        </message>
        <message>
            <source>“{mime}”不是文件类型。</source>
            <translation>"{mime}" is not a file type.</translation>
        </message>
        <message>
            <source>“{name}”不是照片，或照片损坏了。</source>
            <translation>"{name}" is not a photo, or the photo is damaged.</translation>
        </message>
        <message>
            <source>“{name}”不能做文件名。</source>
            <translation>“{name}” cannot be a file name.</translation>
        </message>
        <message>
            <source>“{name}”后面缺少内容。</source>
            <translation>"{name}" must be followed by something.</translation>
        </message>
        <message>
            <source>“{name}”太大，附件最大{n}MB。</source>
            <translation>"{name}" is too large; an attachment may have {n} MB at most.</translation>
        </message>
        <message>
            <source>“{name}”是手机的 HEIC 照片，这里打不开。</source>
            <translation>"{name}" is a telephone's HEIC photo, which cannot be opened here.</translation>
        </message>
        <message>
            <source>“{name}”的内容不是 {ending} 文件。</source>
            <translation>The content of "{name}" is not that of a {ending} file.</translation>
        </message>
        <message>
            <source>“{name}”的内容不是规定的样子。</source>
            <translation>The content of "{name}" is not as prescribed.</translation>
        </message>
        <message>
            <source>“{name}”的内容与清单上的摘要不符。</source>
            <translation>The content of "{name}" does not match its digest in the manifest.</translation>
        </message>
        <message>
            <source>“{name}”要填数字，不是{word}。</source>
            <translation>“{name}” wants a number, not {word}.</translation>
        </message>
        <message>
            <source>“{name}”要填整数，不是{word}。</source>
            <translation>"{name}" takes a whole number, not {word}.</translation>
        </message>
        <message>
            <source>“{name}”这种文件不能作附件。</source>
            <translation>A file of the kind of "{name}" cannot be an attachment.</translation>
        </message>
        <message>
            <source>“{name}”里有{n}页（帧）图。</source>
            <translation>"{name}" holds {n} pages (frames).</translation>
        </message>
        <message>
            <source>“{name}”里有宏程序，不能作附件。</source>
            <translation>"{name}" holds macros and cannot be an attachment.</translation>
        </message>
        <message>
            <source>“{one}”和“{other}”不能一起用。</source>
            <translation>"{one}" and "{other}" cannot be used together.</translation>
        </message>
        <message>
            <source>“{path}”已经有密钥文件。</source>
            <translation>"{path}" already has a key file.</translation>
        </message>
        <message>
            <source>“{place}”不能用作文件名或文件夹。</source>
            <translation>"{place}" cannot be the name of a file or folder.</translation>
        </message>
        <message>
            <source>“{place}”放不下：空间已满，或文件超过了它允许的大小。</source>
            <translation>"{place}" has no room: the space is used up, or the file is larger than allowed there.</translation>
        </message>
        <message>
            <source>“{place}”正被别的程序占用。</source>
            <translation>"{place}" is in use by another program.</translation>
        </message>
        <message>
            <source>“{text}”还没有对上登记的哪一条。</source>
            <translation>"{text}" is not linked to any record yet.</translation>
        </message>
        <message>
            <source>“{title}”不能从“{start}”转到“{end}”。</source>
            <translation>"{title}" cannot go from "{start}" to "{end}".</translation>
        </message>
        <message>
            <source>“{title}”与日志不一致：{which}。</source>
            <translation>"{title}" does not agree with the journal: {which}.</translation>
        </message>
        <message>
            <source>“{title}”新建时预填：{values}。</source>
            <translation>A new “{title}” begins with: {values}.</translation>
        </message>
        <message>
            <source>“{title}”没有“{field}”这一栏。</source>
            <translation>"{title}" has no field "{field}".</translation>
        </message>
        <message>
            <source>“{title}”没有打印的表格。</source>
            <translation>"{title}" has no printed form.</translation>
        </message>
        <message>
            <source>“{title}”没有这些栏目：{fields}。</source>
            <translation>“{title}” has no such fields: {fields}.</translation>
        </message>
        <message>
            <source>“{title}”的编号{code}另一支里已经用过，现改为{now}；已打印的请改写编号。</source>
            <translation>The number {code} of “{title}” was already used in the other branch and is now {now}; please change it on printed copies.</translation>
        </message>
        <message>
            <source>“{title}”要由一条记录来填。</source>
            <translation>"{title}" is filled in from a record.</translation>
        </message>
        <message>
            <source>“{title}”转到“{end}”由{side}来做。</source>
            <translation>Moving “{title}” to “{end}” is up to {side}.</translation>
        </message>
        <message>
            <source>“{town}”写了两次。</source>
            <translation>"{town}" is written twice.</translation>
        </message>
        <message>
            <source>“{value}”不像电话号码。</source>
            <translation>"{value}" does not look like a telephone number.</translation>
        </message>
        <message>
            <source>“{value}”还没有到，今天是{today}。</source>
            <translation>"{value}" has not come yet; today is {today}.</translation>
        </message>
        <message>
            <source>“{when}”要有“{label}”，现在没有填。</source>
            <translation>"{when}" requires "{label}", which is not filled in.</translation>
        </message>
        <message>
            <source>“{word}”不是“名称=值”的样子。</source>
            <translation>"{word}" does not have the form "name=value".</translation>
        </message>
        <message>
            <source>“{word}”不是“栏目=内容”的样子。</source>
            <translation>"{word}" does not have the form "field=content".</translation>
        </message>
        <message>
            <source>“{word}”在{day}不在有效期内。</source>
            <translation>"{word}" is not in force on {day}.</translation>
        </message>
        <message>
            <source>“{word}”没有写明理由。</source>
            <translation>"{word}" gives no reason.</translation>
        </message>
        <message>
            <source>《{title}》自{since}起执行。</source>
            <translation>“{title}” is in force from {since}.</translation>
        </message>
        <message>
            <source>一句话，作清单和目录的题名。</source>
            <translation>One sentence; it is the title in lists and catalogues.</translation>
        </message>
        <message>
            <source>一年归档完毕，件号从此不变</source>
            <translation>the year is finished; item numbers never change from now on</translation>
        </message>
        <message>
            <source>一把，在本机。请备份到U盘锁好：没有备份，本机一丢，各站点都要重新登记。</source>
            <translation>One, on this computer. Copy it to a USB stick and lock that away: without a copy, every station enrols anew if this computer is lost.</translation>
        </message>
        <message>
            <source>一条一行；要单独计数和跟踪的，另记“意见建议”。</source>
            <translation>One a line; what is to be counted and followed up on its own goes into a "Suggestion".</translation>
        </message>
        <message>
            <source>一条记录不能和自己关联。</source>
            <translation>A record cannot be linked to itself.</translation>
        </message>
        <message>
            <source>一条记录的全部内容</source>
            <translation>all that a record holds</translation>
        </message>
        <message>
            <source>一条记录的历次改动</source>
            <translation>every change of a record</translation>
        </message>
        <message>
            <source>一次5人以上。</source>
            <translation>5 people or more at once.</translation>
        </message>
        <message>
            <source>一次{n}人以上为集体访，请核对人数或标记。</source>
            <translation>{n} people or more are a group visit; please check the number or the mark.</translation>
        </message>
        <message>
            <source>一次传的内容太多。</source>
            <translation>Too much was sent at once.</translation>
        </message>
        <message numerus="yes">
            <source>一次最多{most}行，后面{n}行没有读。</source>
            <translation>
                <numerusform>At most {most} rows at a time; the last {n} row was not read.</numerusform>
                <numerusform>At most {most} rows at a time; the last {n} rows were not read.</numerusform>
            </translation>
        </message>
        <message>
            <source>一类内容的 JSON Schema</source>
            <translation>The JSON Schema of one sort</translation>
        </message>
        <message>
            <source>一行一个，用来核对哪些乡镇还没有工作室。</source>
            <translation>One a line; shows which towns have no studio yet.</translation>
        </message>
        <message>
            <source>一行一条</source>
            <translation>One a line</translation>
        </message>
        <message>
            <source>上一次换的钥匙还没有登记生效，先不能再换。</source>
            <translation>The keys changed last time are not in force yet; they cannot be changed again before.</translation>
        </message>
        <message>
            <source>上一步</source>
            <translation>Back</translation>
        </message>
        <message>
            <source>上传的方式不对。</source>
            <translation>The upload method is wrong.</translation>
        </message>
        <message>
            <source>上次备份</source>
            <translation>Last backup</translation>
        </message>
        <message numerus="yes">
            <source>上次备份：{n}天前</source>
            <translation>
                <numerusform>Last backup: {n} day ago</numerusform>
                <numerusform>Last backup: {n} days ago</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>上次备份：{when}（{n}天前）</source>
            <translation>
                <numerusform>Last backup: {when} ({n} day ago)</numerusform>
                <numerusform>Last backup: {when} ({n} days ago)</numerusform>
            </translation>
        </message>
        <message>
            <source>上次备份：{when}（今天）</source>
            <translation>Last backup: {when} (today)</translation>
        </message>
        <message>
            <source>上次备份：今天</source>
            <translation>Last backup: today</translation>
        </message>
        <message>
            <source>上次没有存完（{at}），写的都在下面。</source>
            <translation>Not all was saved last time ({at}); everything typed is below.</translation>
        </message>
        <message>
            <source>上移</source>
            <translation>Move up</translation>
        </message>
        <message>
            <source>上级要求用国密签名时才打开：文件除通常的签名外再加一个SM2签名，两个都对才收。先把各处的程序都更新。这只是算法，没有经过密码产品检测认证。</source>
            <translation>Switch it on only where SM2 signatures are asked for: files carry one besides the usual signature, and both must fit. Update all programs first. It is the algorithm alone, no certified cryptographic product.</translation>
        </message>
        <message>
            <source>下一步</source>
            <translation>Next</translation>
        </message>
        <message>
            <source>下发</source>
            <translation>Send down</translation>
        </message>
        <message>
            <source>下发日历、口径、方案或预填内容</source>
            <translation>Send a calendar, rules, a scheme or defaults</translation>
        </message>
        <message>
            <source>下发的内容不合要求：{where}。</source>
            <translation>The list is not as it should be: {where}.</translation>
        </message>
        <message>
            <source>下发的内容变在哪里</source>
            <translation>What is different in the lists</translation>
        </message>
        <message>
            <source>下发过的</source>
            <translation>Sent so far</translation>
        </message>
        <message>
            <source>下次打开程序时仍会问要做什么，那时可以建正式的站点。</source>
            <translation>The next time the program opens it asks again what to do; a real station can be set up then.</translation>
        </message>
        <message>
            <source>下移</source>
            <translation>Move down</translation>
        </message>
        <message>
            <source>下达日期</source>
            <translation>Issued on</translation>
        </message>
        <message>
            <source>不予受理</source>
            <translation>Not accepted</translation>
        </message>
        <message>
            <source>不予受理理由</source>
            <translation>Ground for not accepting</translation>
        </message>
        <message>
            <source>不再公布</source>
            <translation>No longer publish</translation>
        </message>
        <message>
            <source>不再公布接收站</source>
            <translation>No longer publish a hub</translation>
        </message>
        <message>
            <source>不再公布接收站。</source>
            <translation>The hub is no longer published.</translation>
        </message>
        <message>
            <source>不再加SM2签名</source>
            <translation>make no SM2 signature any more</translation>
        </message>
        <message>
            <source>不再加第二签名</source>
            <translation>Stop second signatures</translation>
        </message>
        <message>
            <source>不再加第二签名…</source>
            <translation>Stop second signatures…</translation>
        </message>
        <message>
            <source>不再等重建文件</source>
            <translation>Wait no more for the rebuild files</translation>
        </message>
        <message>
            <source>不合要求。</source>
            <translation>Not as required.</translation>
        </message>
        <message>
            <source>不同意见</source>
            <translation>Differing opinions</translation>
        </message>
        <message>
            <source>不含与本机有关的内容</source>
            <translation>leave out what belongs to this computer only</translation>
        </message>
        <message>
            <source>不在本机</source>
            <translation>not on this computer</translation>
        </message>
        <message>
            <source>不填按日历年。</source>
            <translation>The calendar year when left empty.</translation>
        </message>
        <message>
            <source>不填按时限表。</source>
            <translation>As in the list of deadlines when left empty.</translation>
        </message>
        <message>
            <source>不填按顺延到下一工作日。</source>
            <translation>Moved to the next working day when left empty.</translation>
        </message>
        <message>
            <source>不影响使用；如果反复出现，请联系技术人员。</source>
            <translation>This does no harm; if it happens again and again, please call a technician.</translation>
        </message>
        <message>
            <source>不愿留名的可以不填，打印为“匿名”。</source>
            <translation>May be left empty for someone who gives no name; printed as "anonymous".</translation>
        </message>
        <message>
            <source>不愿留名的填“匿名”。</source>
            <translation>Enter "匿名" (anonymous) for someone who gives no name.</translation>
        </message>
        <message>
            <source>不按机构（问题）分类时空着。</source>
            <translation>Left empty where records are not classed by office (function).</translation>
        </message>
        <message>
            <source>不接替，是另添的一台</source>
            <translation>None; it is one more</translation>
        </message>
        <message>
            <source>不改内容，只把意见带给站点；随下一次回执送去。</source>
            <translation>Changes nothing; the remark goes to the station with the next receipt.</translation>
        </message>
        <message>
            <source>不改内容，只留一句话；随下一次交接带给对方。</source>
            <translation>Changes nothing, only says something; it goes along with the next exchange.</translation>
        </message>
        <message>
            <source>不是{same}</source>
            <translation>Not: {same}</translation>
        </message>
        <message>
            <source>不是委员的填姓名。</source>
            <translation>For someone who is not a member, the name.</translation>
        </message>
        <message>
            <source>不查“{kind}”的重复。</source>
            <translation>Duplicates of “{kind}” are not looked for.</translation>
        </message>
        <message>
            <source>不满{n}周岁，其信息属于敏感个人信息（《个人信息保护法》第二十八条）。</source>
            <translation>Under {n} years of age: the data are sensitive personal information (Personal Information Protection Law, Article 28).</translation>
        </message>
        <message>
            <source>不用再做什么。</source>
            <translation>Nothing more is needed.</translation>
        </message>
        <message>
            <source>不等了</source>
            <translation>Wait no more</translation>
        </message>
        <message>
            <source>不能写入“{place}”：它是只读的，或没有权限。</source>
            <translation>"{place}" cannot be written to: it is read-only, or you have no permission.</translation>
        </message>
        <message>
            <source>不能在 {host}:{port} 上开接收站。</source>
            <translation>The hub cannot be opened on {host}:{port}.</translation>
        </message>
        <message>
            <source>不要了</source>
            <translation>Discard</translation>
        </message>
        <message>
            <source>不要了，写明原因</source>
            <translation>throw it away, with a reason</translation>
        </message>
        <message>
            <source>与区政协电话核对的六组数字。</source>
            <translation>The six groups of digits compared with the district CPPCC over the telephone.</translation>
        </message>
        <message>
            <source>与已下发的完全相同，没有改动。</source>
            <translation>It is exactly what was sent already; nothing changed.</translation>
        </message>
        <message>
            <source>与户主关系</source>
            <translation>Relation to the head of household</translation>
        </message>
        <message>
            <source>与现在的相比没有不同。</source>
            <translation>Nothing is different from now.</translation>
        </message>
        <message>
            <source>与现在的相比：{changes}。</source>
            <translation>Against now: {changes}.</translation>
        </message>
        <message>
            <source>专委会和党派的示范工作室。</source>
            <translation>A model studio of a special committee or a party.</translation>
        </message>
        <message>
            <source>专委会是协商的责任主体，请填写。</source>
            <translation>A special committee is responsible for a consultation; please fill it in.</translation>
        </message>
        <message>
            <source>专长</source>
            <translation>Expertise</translation>
        </message>
        <message>
            <source>专长与荣誉</source>
            <translation>Expertise and honours</translation>
        </message>
        <message>
            <source>丢弃</source>
            <translation>Throw away</translation>
        </message>
        <message>
            <source>丢弃…</source>
            <translation>Throw away…</translation>
        </message>
        <message>
            <source>丢弃以后要请站点重新送。请写明原因：</source>
            <translation>Once thrown away, the station must send it again. Please give the reason:</translation>
        </message>
        <message>
            <source>丢弃要写明原因。</source>
            <translation>Throwing away needs a reason.</translation>
        </message>
        <message>
            <source>两个站点记一年的工作</source>
            <translation>Two stations record a year of work</translation>
        </message>
        <message>
            <source>两台电脑的时间相差超过{n}分钟。</source>
            <translation>The clocks of the two computers differ by more than {n} minutes.</translation>
        </message>
        <message>
            <source>两台都能交数据。旧电脑坏了、丢了或不再用的，请选它。</source>
            <translation>Both can hand data over. If the old computer is broken, lost or no longer used, choose it.</translation>
        </message>
        <message>
            <source>两支都已保留，没有合并后来的一支。请问该站点是否恢复过备份或复制过程序，并请区级管理员处理。</source>
            <translation>Both branches are kept, the later one was not merged. Ask the station whether it restored a backup or copied the program, and have the district administrator settle it.</translation>
        </message>
        <message>
            <source>两条记录都不改动，只记下它们是{same}；随时可以取消。</source>
            <translation>Neither record is changed; only the link is noted ({same}). It can be taken back at any time.</translation>
        </message>
        <message>
            <source>两次输入的口令不一样。</source>
            <translation>The two passphrases differ.</translation>
        </message>
        <message>
            <source>两边改了同一处，内容不一样。选定一个，另一个仍留在历史里。</source>
            <translation>Both sides changed the same field differently. Choose one; the other stays in the history.</translation>
        </message>
        <message>
            <source>两遍输的口令不一样。</source>
            <translation>The two passphrases differ.</translation>
        </message>
        <message>
            <source>个人信息</source>
            <translation>Personal data</translation>
        </message>
        <message>
            <source>个人信息类别</source>
            <translation>Personal-data class</translation>
        </message>
        <message>
            <source>个人信息类别 P0、P1、P2</source>
            <translation>personal-data class P0, P1 or P2</translation>
        </message>
        <message>
            <source>个人型工作室没有填领衔委员。</source>
            <translation>The personal studio names no lead member.</translation>
        </message>
        <message>
            <source>个人型必填。</source>
            <translation>Required for a personal studio.</translation>
        </message>
        <message>
            <source>个性/共性</source>
            <translation>Individual or common</translation>
        </message>
        <message>
            <source>中</source>
            <translation>Medium</translation>
        </message>
        <message>
            <source>中心工作</source>
            <translation>Central task</translation>
        </message>
        <message>
            <source>中文</source>
            <translation>Chinese</translation>
        </message>
        <message>
            <source>为什么</source>
            <translation>Why</translation>
        </message>
        <message>
            <source>为什么作废</source>
            <translation>why it is void</translation>
        </message>
        <message>
            <source>为什么撤下</source>
            <translation>why it is withdrawn</translation>
        </message>
        <message>
            <source>为什么更正；草稿可以不写</source>
            <translation>why it is corrected; a draft needs none</translation>
        </message>
        <message>
            <source>为什么这样定</source>
            <translation>why it is decided so</translation>
        </message>
        <message>
            <source>为什么这样定，例如：已打电话问过站点</source>
            <translation>Why it is decided so, for example: asked the station by telephone</translation>
        </message>
        <message>
            <source>为什么退回</source>
            <translation>why it is returned</translation>
        </message>
        <message>
            <source>为群众办成的实事好事。</source>
            <translation>Good and practical things done for the public.</translation>
        </message>
        <message>
            <source>主办</source>
            <translation>Host</translation>
        </message>
        <message>
            <source>主持人</source>
            <translation>Chair</translation>
        </message>
        <message>
            <source>主持人签字日期</source>
            <translation>Signed by the chair on</translation>
        </message>
        <message>
            <source>主要需求</source>
            <translation>Main needs</translation>
        </message>
        <message>
            <source>主题、品牌</source>
            <translation>Theme, brand</translation>
        </message>
        <message>
            <source>也列已经处理的</source>
            <translation>also list what has been dealt with</translation>
        </message>
        <message>
            <source>乡镇、街道</source>
            <translation>Town or subdistrict</translation>
        </message>
        <message>
            <source>事由</source>
            <translation>Subject</translation>
        </message>
        <message>
            <source>事项</source>
            <translation>Matter</translation>
        </message>
        <message>
            <source>事项内容</source>
            <translation>Content of the matter</translation>
        </message>
        <message>
            <source>交办</source>
            <translation>Assign</translation>
        </message>
        <message>
            <source>交办事项</source>
            <translation>Action items</translation>
        </message>
        <message>
            <source>交办单位</source>
            <translation>Assigned by</translation>
        </message>
        <message>
            <source>交接</source>
            <translation>Hand-over</translation>
        </message>
        <message>
            <source>交接文件 (*.sdx)</source>
            <translation>Exchange files (*.sdx)</translation>
        </message>
        <message>
            <source>交数据之前，本站要在区里登记一次，双方各认得对方的钥匙。</source>
            <translation>Before handing anything over, this station enrols with the district once, so that each knows the other's key.</translation>
        </message>
        <message>
            <source>交给</source>
            <translation>Give to</translation>
        </message>
        <message>
            <source>交给区里</source>
            <translation>Hand over to the district</translation>
        </message>
        <message>
            <source>交给哪些站点</source>
            <translation>Which stations get it</translation>
        </message>
        <message>
            <source>交给站点裁定</source>
            <translation>Let the station decide</translation>
        </message>
        <message>
            <source>交给：{name}（{code}）</source>
            <translation>Handed over to: {name} ({code})</translation>
        </message>
        <message>
            <source>交给：{name}（{code}），接收站 {url}</source>
            <translation>To: {name} ({code}), hub {url}</translation>
        </message>
        <message>
            <source>人员</source>
            <translation>People</translation>
        </message>
        <message>
            <source>人数</source>
            <translation>Number of people</translation>
        </message>
        <message>
            <source>什么</source>
            <translation>What</translation>
        </message>
        <message>
            <source>什么情况计</source>
            <translation>Counts when</translation>
        </message>
        <message>
            <source>什么时候、谁</source>
            <translation>When and who</translation>
        </message>
        <message>
            <source>什么都没有写出。</source>
            <translation>Nothing was written.</translation>
        </message>
        <message>
            <source>今天</source>
            <translation>Today</translation>
        </message>
        <message>
            <source>今天没有待办的事。</source>
            <translation>Nothing waits today.</translation>
        </message>
        <message>
            <source>今天要做什么</source>
            <translation>what is to be done today</translation>
        </message>
        <message>
            <source>介质</source>
            <translation>Medium</translation>
        </message>
        <message>
            <source>从</source>
            <translation>From</translation>
        </message>
        <message>
            <source>从{at}的备份恢复。</source>
            <translation>Restored from the backup of {at}.</translation>
        </message>
        <message>
            <source>从哪一天起执行</source>
            <translation>In force from</translation>
        </message>
        <message>
            <source>从哪一天起执行；不写为今天</source>
            <translation>From which day it is in force; today when left out</translation>
        </message>
        <message>
            <source>从备份恢复</source>
            <translation>Restore from a backup</translation>
        </message>
        <message>
            <source>从备份恢复到一个新文件夹（--home），编号链另起</source>
            <translation>restore a backup into a new folder (--home); a new chain of numbers begins</translation>
        </message>
        <message>
            <source>从头全部导出</source>
            <translation>export everything from the beginning</translation>
        </message>
        <message>
            <source>从头全部报送</source>
            <translation>Push everything from the beginning</translation>
        </message>
        <message>
            <source>从文件读入…</source>
            <translation>Read from file…</translation>
        </message>
        <message>
            <source>从此上报、下发的文件另加一个SM2签名</source>
            <translation>add an SM2 signature to every file sent from now on</translation>
        </message>
        <message>
            <source>从表格粘贴</source>
            <translation>Paste from a table</translation>
        </message>
        <message>
            <source>从这一天起</source>
            <translation>from this day on</translation>
        </message>
        <message>
            <source>从这条记录新建相关的记录</source>
            <translation>New related record from this one</translation>
        </message>
        <message>
            <source>代号只能用英文字母、数字和 - _ .，最多60个。</source>
            <translation>A code has only letters, digits and - _ . , at most 60.</translation>
        </message>
        <message>
            <source>代码</source>
            <translation>Code</translation>
        </message>
        <message>
            <source>代码=理由</source>
            <translation>code=reason</translation>
        </message>
        <message>
            <source>代码、全称照旧，和原来那台电脑一样；本站原来只有一台的，这台写2。</source>
            <translation>Code and full name as on the old computer; if the station had only one computer, this one is 2.</translation>
        </message>
        <message>
            <source>代码只能用字母、数字和连字符，最多12位。</source>
            <translation>The code may hold letters, digits and hyphens only, at most 12.</translation>
        </message>
        <message>
            <source>以前收过</source>
            <translation>Received before</translation>
        </message>
        <message>
            <source>以前的备份里还有它，请逐个销毁，或在恢复后马上与区级交换一次数据：</source>
            <translation>Backups from before still hold it. Destroy each, or exchange data with the district right after a restore:</translation>
        </message>
        <message>
            <source>以前送出的数据包里还有它，请收回或销毁：</source>
            <translation>Bundles sent before still hold it. Collect or destroy them:</translation>
        </message>
        <message>
            <source>以后再说</source>
            <translation>Later</translation>
        </message>
        <message numerus="yes">
            <source>以后又来了{n}件，可以补归档。</source>
            <translation>
                <numerusform>{n} more item has come since; it can be archived as well.</numerusform>
                <numerusform>{n} more items have come since; they can be archived as well.</numerusform>
            </translation>
        </message>
        <message>
            <source>以后收到重建文件，仍可在这一页装入。</source>
            <translation>Rebuild files that come later can still be installed on this page.</translation>
        </message>
        <message>
            <source>以后用新口令打开；恢复码仍然有效。以前的备份还是用当时的口令打开。</source>
            <translation>The new passphrase opens it from now on; the recovery code stays valid. Earlier backups still open with the passphrase of their time.</translation>
        </message>
        <message>
            <source>件号</source>
            <translation>Item number</translation>
        </message>
        <message>
            <source>件号、页数从此不变；以后补来的排在后面。</source>
            <translation>Item numbers and pages never change from now on; what comes later is put at the end.</translation>
        </message>
        <message>
            <source>任务</source>
            <translation>Task</translation>
        </message>
        <message>
            <source>任务{code}“{title}”：{state}。</source>
            <translation>Task {code} “{title}”: {state}.</translation>
        </message>
        <message>
            <source>任务“{title}”{due}到期，还没有回复。</source>
            <translation>The task “{title}” was due on {due} and has no answer.</translation>
        </message>
        <message>
            <source>任务“{title}”应在{due}前回复。</source>
            <translation>The task “{title}” is to be answered by {due}.</translation>
        </message>
        <message>
            <source>任务“{title}”被区里退回重办，应在{due}前回复。</source>
            <translation>The district sent the task “{title}” back to be redone, due by {due}.</translation>
        </message>
        <message>
            <source>任务、时限，谁还没有回复</source>
            <translation>Tasks, deadlines, and who has not answered</translation>
        </message>
        <message>
            <source>任务内容</source>
            <translation>What is to be done</translation>
        </message>
        <message>
            <source>任务内容；不写则同标题</source>
            <translation>What is to be done; the title when left out</translation>
        </message>
        <message>
            <source>任务来源</source>
            <translation>Source of the task</translation>
        </message>
        <message>
            <source>任务：区里交办，站点回复</source>
            <translation>Tasks: the district assigns, the station answers</translation>
        </message>
        <message>
            <source>任期</source>
            <translation>Terms of office</translation>
        </message>
        <message>
            <source>任职记录</source>
            <translation>Holders of posts</translation>
        </message>
        <message>
            <source>会变什么：{change}</source>
            <translation>What will change: {change}</translation>
        </message>
        <message>
            <source>会后7个工作日内。</source>
            <translation>Within 7 working days after the meeting.</translation>
        </message>
        <message>
            <source>会议</source>
            <translation>Meeting</translation>
        </message>
        <message>
            <source>会议交办“{thing}”（{who}）已过期：{due}。</source>
            <translation>Action item "{thing}" ({who}) is overdue: {due}.</translation>
        </message>
        <message>
            <source>会议交办“{thing}”（{who}）应在{due}前完成。</source>
            <translation>Action item "{thing}" ({who}) is due by {due}.</translation>
        </message>
        <message>
            <source>会议情况</source>
            <translation>Course of the meeting</translation>
        </message>
        <message>
            <source>会议日期</source>
            <translation>Date of the meeting</translation>
        </message>
        <message>
            <source>会议纪要</source>
            <translation>Minutes</translation>
        </message>
        <message>
            <source>住址</source>
            <translation>Home address</translation>
        </message>
        <message>
            <source>住房等级</source>
            <translation>House safety grade</translation>
        </message>
        <message>
            <source>体制内外</source>
            <translation>Public sector or outside it</translation>
        </message>
        <message>
            <source>何时送出</source>
            <translation>Sent on</translation>
        </message>
        <message>
            <source>作为任务随下一次回执送去，站点在“冲突”页选定；理由一栏的话也带去。</source>
            <translation>It goes as a task with the next receipt; the station decides it on its page of conflicts. What stands in the reason goes along.</translation>
        </message>
        <message>
            <source>作废</source>
            <translation>Void</translation>
        </message>
        <message>
            <source>作废一条记录；编号留着，内容可查</source>
            <translation>make a record void; its number stays, its content can still be read</translation>
        </message>
        <message>
            <source>作废原因</source>
            <translation>Why it is void</translation>
        </message>
        <message>
            <source>作废后这条记录不再计入，编号保留，内容仍可查看。请写明原因。</source>
            <translation>A void record no longer counts; its number is kept and its content can still be read. Please give the reason.</translation>
        </message>
        <message>
            <source>作废要写明原因。</source>
            <translation>Making a record void needs a reason.</translation>
        </message>
        <message>
            <source>作用</source>
            <translation>Effect</translation>
        </message>
        <message>
            <source>例如 https://hub.example.gov.cn:8440</source>
            <translation>For example https://hub.example.gov.cn:8440</translation>
        </message>
        <message>
            <source>例如7天变黄、14天变红。</source>
            <translation>For example yellow after 7 days and red after 14.</translation>
        </message>
        <message>
            <source>例如：--keep ID_CHECK_DIGIT=证件原件如此</source>
            <translation>For example: --keep ID_CHECK_DIGIT="so on the card itself"</translation>
        </message>
        <message>
            <source>例如：--set operator=何小兰</source>
            <translation>For example: --set operator="He Xiaolan"</translation>
        </message>
        <message>
            <source>例如：--set place=石桥村 --set day=2026-03-06</source>
            <translation>For example: --set place=Shiqiao --set day=2026-03-06</translation>
        </message>
        <message>
            <source>例如：--where place=石桥村</source>
            <translation>For example: --where place=Shiqiao</translation>
        </message>
        <message>
            <source>例如：{example}</source>
            <translation>For example: {example}</translation>
        </message>
        <message>
            <source>例如：清溪区政协委员联络办公室</source>
            <translation>For example: Liaison Office for Members of the Qingxi District CPPCC</translation>
        </message>
        <message>
            <source>例如：石桥镇政协联络站</source>
            <translation>For example: Shiqiao CPPCC Liaison Station</translation>
        </message>
        <message>
            <source>例如：第十五届。</source>
            <translation>For example: 15th.</translation>
        </message>
        <message>
            <source>例如：经济委员会、石桥镇联络组。</source>
            <translation>For example: Economic Committee, Shiqiao Liaison Group.</translation>
        </message>
        <message>
            <source>例如：青溪区政协。</source>
            <translation>For example: Qingxi District CPPCC.</translation>
        </message>
        <message>
            <source>依托党派</source>
            <translation>Party it rests on</translation>
        </message>
        <message>
            <source>依托界别</source>
            <translation>Sector it rests on</translation>
        </message>
        <message>
            <source>依托行业</source>
            <translation>Industry it rests on</translation>
        </message>
        <message>
            <source>依据</source>
            <translation>Grounds</translation>
        </message>
        <message>
            <source>依据和决定人；不要写被删除的内容</source>
            <translation>legal ground and who decided; do not repeat what is erased</translation>
        </message>
        <message>
            <source>依据的文件（代号）</source>
            <translation>Rule document (code)</translation>
        </message>
        <message>
            <source>依据，例如：核对过身份证</source>
            <translation>Grounds, for example: identity card checked</translation>
        </message>
        <message>
            <source>依据；取消关联和认定不同时必须写</source>
            <translation>grounds; required by unlink and apart</translation>
        </message>
        <message>
            <source>依法删除</source>
            <translation>Erased by law</translation>
        </message>
        <message>
            <source>依法删除一条记录的内容和附件；只留编号，不能恢复</source>
            <translation>erase a record's content and attachments by law; only the number stays, nothing brings it back</translation>
        </message>
        <message>
            <source>依法删除内容</source>
            <translation>Content deleted by law</translation>
        </message>
        <message>
            <source>依法删除要写明原因。</source>
            <translation>A legal erasure needs a reason.</translation>
        </message>
        <message>
            <source>保存</source>
            <translation>Save</translation>
        </message>
        <message>
            <source>保存屏幕图片</source>
            <translation>Save pictures of the screens</translation>
        </message>
        <message>
            <source>保留一个提醒并写明理由，例如 ID_CHECK_DIGIT=证件原件如此</source>
            <translation>keep a warning and say why, for example ID_CHECK_DIGIT="so on the card itself"</translation>
        </message>
        <message>
            <source>保留照片里的位置</source>
            <translation>Keep the place in photos</translation>
        </message>
        <message>
            <source>保留理由</source>
            <translation>Reason for keeping</translation>
        </message>
        <message>
            <source>保留这条提醒</source>
            <translation>Keep this warning</translation>
        </message>
        <message>
            <source>保管</source>
            <translation>Custody</translation>
        </message>
        <message>
            <source>保管人的公钥文件，每把一次；“here”是本机那把</source>
            <translation>a holder's public key file, once per key; “here” is the one on this computer</translation>
        </message>
        <message>
            <source>保管人的名字，成为文件名</source>
            <translation>the holder's name, which becomes the file name</translation>
        </message>
        <message>
            <source>保管人：在自己的介质上做一把根钥匙</source>
            <translation>holder: make a root key on a medium of one's own</translation>
        </message>
        <message>
            <source>保管人：看改动，并在草稿文件上签名</source>
            <translation>holder: look at the changes and sign the draft file</translation>
        </message>
        <message>
            <source>保管期限</source>
            <translation>Retention period</translation>
        </message>
        <message>
            <source>信任名单</source>
            <translation>Trust list</translation>
        </message>
        <message>
            <source>信任名单和根钥匙只在区级管理。</source>
            <translation>The trust list and the root keys are managed at the district only.</translation>
        </message>
        <message>
            <source>信任名单已于{day}过期，请区级尽快更新（不影响使用）。</source>
            <translation>The trust list expired on {day}; the district should renew it soon (everything still works).</translation>
        </message>
        <message>
            <source>信任名单已于{day}过期，请区里更新；不影响使用。</source>
            <translation>The trust list expired on {day}; please ask the district for a new one. Everything still works.</translation>
        </message>
        <message>
            <source>信任名单已更新到第{version}版。</source>
            <translation>The trust list is now version {version}.</translation>
        </message>
        <message>
            <source>信任名单快到期或已到期，请区级用 keys renew 延期。</source>
            <translation>The trust list has expired or soon will; the district renews it with keys renew.</translation>
        </message>
        <message>
            <source>信任名单文件（keys list 写出的，或任一站点的登记回执）</source>
            <translation>trust list file (written by keys list, or any station's enrolment answer)</translation>
        </message>
        <message>
            <source>信任名单更新到第{version}版。</source>
            <translation>The trust list is brought up to version {version}.</translation>
        </message>
        <message>
            <source>信任名单的内容不对，文件可能已损坏。</source>
            <translation>The content of the trust list is wrong; the file may be damaged.</translation>
        </message>
        <message>
            <source>信任名单的签名不对：不是本区根钥匙签的，或内容被改动过。</source>
            <translation>The signature of the trust list is wrong: it was not signed with this district's root key, or the content was altered.</translation>
        </message>
        <message>
            <source>信任名单第{version}版已生效，有效到{day}。</source>
            <translation>Version {version} of the trust list is in force, valid until {day}.</translation>
        </message>
        <message>
            <source>信任名单第{version}版有两个不同的内容。</source>
            <translation>Version {version} of the trust list exists with two different contents.</translation>
        </message>
        <message>
            <source>信任名单第{version}版草稿：{file}</source>
            <translation>Draft of trust list version {version}: {file}</translation>
        </message>
        <message numerus="yes">
            <source>信任名单还差{n}把根钥匙签名：请用 keys root draft 写出草稿。</source>
            <translation>
                <numerusform>The trust list still lacks the signature of {n} root key: write the draft with keys root draft.</numerusform>
                <numerusform>The trust list still lacks the signatures of {n} root keys: write the draft with keys root draft.</numerusform>
            </translation>
        </message>
        <message>
            <source>信任名单：{file}</source>
            <translation>Trust list: {file}</translation>
        </message>
        <message>
            <source>信任表第{v}版</source>
            <translation>trust list version {v}</translation>
        </message>
        <message>
            <source>值</source>
            <translation>Value</translation>
        </message>
        <message>
            <source>值班最短分钟</source>
            <translation>Shortest shift in minutes</translation>
        </message>
        <message>
            <source>值班班次</source>
            <translation>Duty shift</translation>
        </message>
        <message>
            <source>做一把应急钥匙…</source>
            <translation>Make an escrow key…</translation>
        </message>
        <message>
            <source>做了什么</source>
            <translation>What was done</translation>
        </message>
        <message>
            <source>做什么</source>
            <translation>What it does</translation>
        </message>
        <message>
            <source>做备份以后录入的内容不在里面，请照纸上的补录。</source>
            <translation>What was entered after the backup is not in it; please enter it again from the papers.</translation>
        </message>
        <message>
            <source>停下</source>
            <translation>Stop</translation>
        </message>
        <message>
            <source>停用</source>
            <translation>Out of use</translation>
        </message>
        <message>
            <source>停用“{words}”</source>
            <translation>ended “{words}”</translation>
        </message>
        <message>
            <source>停用选中的词</source>
            <translation>End the chosen words</translation>
        </message>
        <message>
            <source>停用钥匙：{devices}。</source>
            <translation>Keys put out of use: {devices}.</translation>
        </message>
        <message>
            <source>健康状况</source>
            <translation>Health</translation>
        </message>
        <message>
            <source>像在哪里</source>
            <translation>What is alike</translation>
        </message>
        <message>
            <source>先看每一列对上了哪一栏；有红字的行改好后才能一起存入。</source>
            <translation>See first which field each column goes to; rows in red must be corrected before all are saved together.</translation>
        </message>
        <message>
            <source>先选字号和要做的事；以后都可以在设置里改。</source>
            <translation>Choose the size of letters and what to do; both can be changed later in the settings.</translation>
        </message>
        <message>
            <source>党建联动</source>
            <translation>With party building</translation>
        </message>
        <message>
            <source>登记</source>
            <comment>入网</comment>
            <translation>Enrolled with</translation>
        </message>
        <message>
            <source>全宗号</source>
            <translation>Fonds number</translation>
        </message>
        <message>
            <source>全称</source>
            <translation>Full name</translation>
        </message>
        <message>
            <source>全称，例如石桥镇政协联络站</source>
            <translation>full name, for example Shiqiao CPPCC Liaison Station</translation>
        </message>
        <message>
            <source>全选</source>
            <translation>Select all</translation>
        </message>
        <message>
            <source>全部</source>
            <translation>All</translation>
        </message>
        <message>
            <source>全部 {n} 条…</source>
            <translation>All {n}…</translation>
        </message>
        <message>
            <source>全部内容的摘要；--canonical 时内容相同则逐字节相同</source>
            <translation>digest of the whole content; with --canonical equal contents give equal bytes</translation>
        </message>
        <message>
            <source>全部栏目用 kinds {key} 查看。</source>
            <translation>See all fields with kinds {key}.</translation>
        </message>
        <message>
            <source>全部种类</source>
            <translation>All kinds</translation>
        </message>
        <message>
            <source>全部种类用 kinds 查看。</source>
            <translation>See all kinds with kinds.</translation>
        </message>
        <message>
            <source>全部记录重新送一遍</source>
            <translation>send all records anew</translation>
        </message>
        <message>
            <source>全部重新导出（区里说数据丢了时才用）</source>
            <translation>Export everything again (only when the district says it lost data)</translation>
        </message>
        <message>
            <source>公布</source>
            <translation>Publish</translation>
        </message>
        <message>
            <source>公布接收站</source>
            <translation>Publish the hub</translation>
        </message>
        <message>
            <source>公布接收站：{url}，证书指纹：{pins}。</source>
            <translation>Hub published: {url}, fingerprints of its certificates: {pins}.</translation>
        </message>
        <message>
            <source>公布联网报送的网址和证书，各站随回执自动知道。</source>
            <translation>Publish address and certificates for the network; stations learn them with their receipts.</translation>
        </message>
        <message>
            <source>公益</source>
            <translation>Charity</translation>
        </message>
        <message>
            <source>公钥指纹</source>
            <translation>Fingerprint of the public key</translation>
        </message>
        <message>
            <source>公钥文件</source>
            <translation>Public key file</translation>
        </message>
        <message>
            <source>公钥文件交给区级；根钥匙的介质由保管人收好，恢复码抄在纸上另外锁好，这里只显示这一次。</source>
            <translation>Give the public key file to the district. The holder keeps the medium with the root key; copy the recovery code onto paper and lock it away elsewhere: it is shown only this once.</translation>
        </message>
        <message numerus="yes">
            <source>共{n}个文件：可以收{ready}个，新增{new}条、更改{changed}条、冲突{conflicts}条。收下以前没有任何改动。</source>
            <translation>
                <numerusform>{n} file: {ready} can be taken in, with {new} new, {changed} changed and {conflicts} in conflict. Nothing changes before you take it in.</numerusform>
                <numerusform>{n} files: {ready} can be taken in, with {new} new, {changed} changed and {conflicts} in conflict. Nothing changes before you take them in.</numerusform>
            </translation>
        </message>
        <message>
            <source>共{n}人，达到集体访的人数，没有标“集体访”。</source>
            <translation>{n} people are enough for a group visit, but "Group visit" is not ticked.</translation>
        </message>
        <message numerus="yes">
            <source>共{n}条</source>
            <translation>
                <numerusform>{n} record</numerusform>
                <numerusform>{n} records</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>共{n}行。</source>
            <translation>
                <numerusform>{n} row.</numerusform>
                <numerusform>{n} rows.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>共{n}页</source>
            <translation>
                <numerusform>{n} page</numerusform>
                <numerusform>{n} pages</numerusform>
            </translation>
        </message>
        <message>
            <source>共{total}对，显示{n}对。</source>
            <translation>{total} pairs, {n} shown.</translation>
        </message>
        <message>
            <source>共{total}条。</source>
            <translation>{total} in all.</translation>
        </message>
        <message>
            <source>共{total}条以上。</source>
            <translation>More than {total} in all.</translation>
        </message>
        <message>
            <source>共{total}条，显示{n}条。</source>
            <translation>{total} in all, {n} shown.</translation>
        </message>
        <message>
            <source>共识</source>
            <translation>Consensus</translation>
        </message>
        <message>
            <source>共识成果</source>
            <translation>Consensus reached</translation>
        </message>
        <message>
            <source>关联</source>
            <translation>Link</translation>
        </message>
        <message>
            <source>关联两条记录：同一人，或同一场活动；两条都不改动</source>
            <translation>link two records: the same person, or the same event; neither is changed</translation>
        </message>
        <message>
            <source>关联：{same}</source>
            <translation>Link: {same}</translation>
        </message>
        <message>
            <source>关闭</source>
            <translation>Close</translation>
        </message>
        <message>
            <source>其他</source>
            <translation>Other</translation>
        </message>
        <message>
            <source>其余记录有问题的，请用更正或作废处理。</source>
            <translation>If other records are wrong, correct or withdraw them.</translation>
        </message>
        <message>
            <source>其余记录都已合并。请把这一条退回站点更正，或确认后放行。</source>
            <translation>All other records are merged. Return this one to the station for correction, or release it once you are sure.</translation>
        </message>
        <message>
            <source>兼两级的填本级，另一级记在任期里。</source>
            <translation>A member at two levels enters this one; the other goes into the terms of office.</translation>
        </message>
        <message>
            <source>兼职人员填写。</source>
            <translation>Filled in for part-time staff.</translation>
        </message>
        <message>
            <source>内容</source>
            <translation>Content</translation>
        </message>
        <message>
            <source>内容不一致、等人裁定的记录</source>
            <translation>records with differing contents that wait for a decision</translation>
        </message>
        <message>
            <source>内容不在这里</source>
            <translation>content is not here</translation>
        </message>
        <message>
            <source>内容在路上变了样。</source>
            <translation>The content changed on the way.</translation>
        </message>
        <message>
            <source>内容文件 (*.json)</source>
            <translation>Content file (*.json)</translation>
        </message>
        <message>
            <source>内容的 JSON 文件；“-”表示标准输入</source>
            <translation>JSON file with the content; “-” for standard input</translation>
        </message>
        <message>
            <source>内部文件“{name}”不在清单上。</source>
            <translation>The inner file "{name}" is not in the manifest.</translation>
        </message>
        <message>
            <source>内部文件“{name}”与别的内容重叠。</source>
            <translation>The inner file "{name}" overlaps other content.</translation>
        </message>
        <message>
            <source>内部文件“{name}”与另一个文件只有大小写或字形之差。</source>
            <translation>The inner file "{name}" differs from another one only in case or in the form of its letters.</translation>
        </message>
        <message>
            <source>内部文件“{name}”出现了两次。</source>
            <translation>The inner file "{name}" occurs twice.</translation>
        </message>
        <message>
            <source>内部文件“{name}”又加了一层密码。</source>
            <translation>The inner file "{name}" is encrypted once more.</translation>
        </message>
        <message>
            <source>内部文件“{name}”夹带了附加信息。</source>
            <translation>The inner file "{name}" carries extra fields.</translation>
        </message>
        <message>
            <source>内部文件“{name}”是一个链接或特殊文件。</source>
            <translation>The inner file "{name}" is a link or a special file.</translation>
        </message>
        <message>
            <source>内部文件“{name}”用了不认识的压缩方法。</source>
            <translation>The inner file "{name}" uses an unknown compression method.</translation>
        </message>
        <message>
            <source>内部文件“{name}”的两处登记不一致。</source>
            <translation>The two headers of the inner file "{name}" do not agree.</translation>
        </message>
        <message>
            <source>内部文件“{name}”的位置不对。</source>
            <translation>The inner file "{name}" is in the wrong place.</translation>
        </message>
        <message>
            <source>内部文件“{name}”的校验码不对。</source>
            <translation>The inner file "{name}" has a wrong checksum.</translation>
        </message>
        <message>
            <source>内部文件“{name}”解开后大得不合情理（压缩炸弹）。</source>
            <translation>The inner file "{name}" unpacks to an unreasonable size (a zip bomb).</translation>
        </message>
        <message>
            <source>内部文件“{name}”超过了大小上限。</source>
            <translation>The inner file "{name}" is larger than allowed.</translation>
        </message>
        <message>
            <source>内部文件名“{name}”不合规定。</source>
            <translation>The inner file name "{name}" is not allowed.</translation>
        </message>
        <message>
            <source>内部文件名“{name}”带有盘符。</source>
            <translation>The inner file name "{name}" contains a drive letter.</translation>
        </message>
        <message>
            <source>内部文件名“{name}”想跳出文件夹（..）。</source>
            <translation>The inner file name "{name}" would leave the folder (..).</translation>
        </message>
        <message>
            <source>内部文件名“{name}”是系统保留的设备名。</source>
            <translation>The inner file name "{name}" is a device name reserved by the system.</translation>
        </message>
        <message>
            <source>内部文件名“{name}”是绝对路径。</source>
            <translation>The inner file name "{name}" is an absolute path.</translation>
        </message>
        <message>
            <source>内部文件名“{name}”里有与字母相似的别种字符。</source>
            <translation>The inner file name "{name}" contains characters that look like letters of another script.</translation>
        </message>
        <message>
            <source>内部文件名“{name}”里有反斜杠。</source>
            <translation>The inner file name "{name}" contains a backslash.</translation>
        </message>
        <message>
            <source>内部文件名“{name}”里有空字符。</source>
            <translation>The inner file name "{name}" contains a null character.</translation>
        </message>
        <message>
            <source>册号</source>
            <translation>Volume</translation>
        </message>
        <message>
            <source>再做一次就会接着传，重复做不会出错；网络一直不通时请用U盘报送。</source>
            <translation>Do it again and it continues; repeating does no harm. If the network stays down, use a USB stick.</translation>
        </message>
        <message>
            <source>再收一次</source>
            <translation>Take in again</translation>
        </message>
        <message>
            <source>再输一遍</source>
            <translation>Once more</translation>
        </message>
        <message>
            <source>再输一遍：</source>
            <translation>Once more: </translation>
        </message>
        <message>
            <source>写出信任名单（不含秘密），与应急钥匙一起保管</source>
            <translation>write the trust list (it holds no secret), to be kept with the escrow key</translation>
        </message>
        <message>
            <source>写出用通用工具打开、验证数据包的两个文件</source>
            <translation>write the two files with which common tools open and verify bundles</translation>
        </message>
        <message>
            <source>写出申请文件，把 U 盘交给区里；对方会打电话核对下面六组数字。</source>
            <translation>Write the request file and give the stick to the district; they will call to compare the six groups of digits below.</translation>
        </message>
        <message>
            <source>写出草稿…</source>
            <translation>Write the draft…</translation>
        </message>
        <message>
            <source>写到“{place}”的内容读回来不一样，没有留下这个文件。</source>
            <translation>What was written to "{place}" reads back differently; the file was not kept.</translation>
        </message>
        <message>
            <source>写回执</source>
            <translation>Write receipt</translation>
        </message>
        <message>
            <source>写回执…</source>
            <translation>Write receipts…</translation>
        </message>
        <message>
            <source>写年份</source>
            <translation>Write the year</translation>
        </message>
        <message>
            <source>写文件代号，英文字母和数字</source>
            <translation>Write a code of letters and digits</translation>
        </message>
        <message>
            <source>写有一条记录的 JSON 文件；“-”表示标准输入</source>
            <translation>a JSON file with one record; "-" is standard input</translation>
        </message>
        <message>
            <source>写有口令的文件；“-”表示从标准输入的第一行读</source>
            <translation>a file with the passphrase; "-" reads the first line of standard input</translation>
        </message>
        <message>
            <source>写有恢复码的文件（忘了口令时）</source>
            <translation>a file with the recovery code (when the passphrase is forgotten)</translation>
        </message>
        <message>
            <source>写有新口令的文件</source>
            <translation>a file with the new passphrase</translation>
        </message>
        <message>
            <source>写有这把钥匙口令的文件</source>
            <translation>a file with the passphrase of this key</translation>
        </message>
        <message>
            <source>写申请文件</source>
            <translation>Write request file</translation>
        </message>
        <message>
            <source>冲突</source>
            <translation>Conflicts</translation>
        </message>
        <message>
            <source>准假人</source>
            <translation>Leave granted by</translation>
        </message>
        <message>
            <source>几个人共用电脑时打开；0表示不锁。</source>
            <translation>Switch it on where several people share the computer; 0 never locks.</translation>
        </message>
        <message>
            <source>几个进程，默认1个</source>
            <translation>how many processes, 1 unless told otherwise</translation>
        </message>
        <message>
            <source>几分钟不用就锁上（分钟）</source>
            <translation>Lock when not used for (minutes)</translation>
        </message>
        <message>
            <source>几处</source>
            <translation>Fields</translation>
        </message>
        <message>
            <source>几天没备份变红（天）</source>
            <translation>Red after days without a backup</translation>
        </message>
        <message>
            <source>几天没备份变黄（天）</source>
            <translation>Yellow after days without a backup</translation>
        </message>
        <message>
            <source>几天没报送提醒（天）</source>
            <translation>Remind after days without handing over</translation>
        </message>
        <message>
            <source>几拨群众反映同一件事时，其余的民情日志。</source>
            <translation>The other journal entries when several visitors report the same matter.</translation>
        </message>
        <message>
            <source>几种</source>
            <translation>Versions</translation>
        </message>
        <message>
            <source>凭什么</source>
            <translation>Evidence</translation>
        </message>
        <message>
            <source>出处</source>
            <translation>Made in</translation>
        </message>
        <message>
            <source>出处记录</source>
            <translation>Record it was made in</translation>
        </message>
        <message>
            <source>出席</source>
            <translation>Attendance</translation>
        </message>
        <message>
            <source>出生日期</source>
            <translation>Date of birth</translation>
        </message>
        <message>
            <source>分三步；第一步现在做，或者以后在“月底交区里”页做。</source>
            <translation>Three steps; take the first now, or later on the page "Month-end hand-over".</translation>
        </message>
        <message>
            <source>分值</source>
            <translation>Points</translation>
        </message>
        <message>
            <source>分区数写得不对。</source>
            <translation>The number of partitions is not right.</translation>
        </message>
        <message>
            <source>分数</source>
            <translation>Points</translation>
        </message>
        <message>
            <source>列出一种记录</source>
            <translation>list one kind of record</translation>
        </message>
        <message>
            <source>列出冲突</source>
            <translation>list the conflicts</translation>
        </message>
        <message>
            <source>列出隔离的</source>
            <translation>list what is in quarantine</translation>
        </message>
        <message>
            <source>列表没有“{field}”这一栏。</source>
            <translation>The list has no field "{field}".</translation>
        </message>
        <message>
            <source>删一行</source>
            <translation>Delete line</translation>
        </message>
        <message>
            <source>删去{n}处</source>
            <translation>{n} gone</translation>
        </message>
        <message>
            <source>删去{what}</source>
            <translation>Gone: {what}</translation>
        </message>
        <message>
            <source>删去钥匙：{devices}。</source>
            <translation>Keys taken off the list: {devices}.</translation>
        </message>
        <message>
            <source>删选中的行</source>
            <translation>Delete chosen rows</translation>
        </message>
        <message>
            <source>到</source>
            <translation>To</translation>
        </message>
        <message>
            <source>到下一个必填而没填的栏</source>
            <translation>Go to the next required field that is empty</translation>
        </message>
        <message>
            <source>到会</source>
            <translation>Attendance</translation>
        </message>
        <message>
            <source>到会人员</source>
            <translation>People present</translation>
        </message>
        <message>
            <source>到会身份</source>
            <translation>Place at the meeting</translation>
        </message>
        <message>
            <source>到会领导</source>
            <translation>Leaders present</translation>
        </message>
        <message>
            <source>到第几号</source>
            <translation>Up to</translation>
        </message>
        <message>
            <source>到这一天止</source>
            <translation>up to this day</translation>
        </message>
        <message>
            <source>前面的文件还没到，先存着；前面的到了会自动合并。</source>
            <translation>An earlier file has not come yet, so these wait; they are merged by themselves when it comes.</translation>
        </message>
        <message>
            <source>剪贴板里没有图片或文件。</source>
            <translation>The clipboard holds neither a picture nor a file.</translation>
        </message>
        <message>
            <source>剪贴板里没有表格。请先在表格程序里复制几行。</source>
            <translation>The clipboard holds no table. First copy a few rows in the spreadsheet.</translation>
        </message>
        <message>
            <source>剪贴板里的内容不是表格。</source>
            <translation>The content of the clipboard is not a table.</translation>
        </message>
        <message>
            <source>办事项</source>
            <translation>Handle cases</translation>
        </message>
        <message>
            <source>办活动</source>
            <translation>New activity</translation>
        </message>
        <message>
            <source>办理</source>
            <translation>Handling</translation>
        </message>
        <message>
            <source>办理中</source>
            <translation>In hand</translation>
        </message>
        <message>
            <source>办理情况</source>
            <translation>What was done</translation>
        </message>
        <message>
            <source>办理时限</source>
            <translation>Deadline</translation>
        </message>
        <message>
            <source>办理结果</source>
            <translation>Result</translation>
        </message>
        <message>
            <source>办理过程</source>
            <translation>Steps of handling</translation>
        </message>
        <message>
            <source>办结</source>
            <translation>Closed</translation>
        </message>
        <message>
            <source>办结日期</source>
            <translation>Closed on</translation>
        </message>
        <message>
            <source>功能</source>
            <translation>Screens</translation>
        </message>
        <message>
            <source>加一个词</source>
            <translation>Add a word</translation>
        </message>
        <message>
            <source>加一行</source>
            <translation>Add row</translation>
        </message>
        <message>
            <source>加锁</source>
            <translation>Encryption</translation>
        </message>
        <message>
            <source>劳动能力</source>
            <translation>Ability to work</translation>
        </message>
        <message>
            <source>区县代码是6位数字，例如 990000。</source>
            <translation>The district code has 6 digits, for example 990000.</translation>
        </message>
        <message>
            <source>区县政协：收各站点的数据，写回执。</source>
            <translation>The CPPCC of a county or district: takes the stations' data and writes receipts.</translation>
        </message>
        <message>
            <source>区域型工作室没有填所在乡镇、街道。</source>
            <translation>The area studio names no town or subdistrict.</translation>
        </message>
        <message>
            <source>区域型必填。</source>
            <translation>Required for an area studio.</translation>
        </message>
        <message>
            <source>区委、区政协哪个部门交办的。</source>
            <translation>Which department of the district assigned it.</translation>
        </message>
        <message>
            <source>区政协</source>
            <translation>District CPPCC</translation>
        </message>
        <message>
            <source>区级</source>
            <translation>district</translation>
        </message>
        <message>
            <source>区级下发的词表、口径、方案、日历、预填内容</source>
            <translation>Vocabularies, rules, schemes, calendars and defaults sent by the district</translation>
        </message>
        <message>
            <source>区级不用写这一项。</source>
            <translation>A district leaves this out.</translation>
        </message>
        <message>
            <source>区级公布以后，收一次回执就会知道；急用时请用 --url 写上区级给的网址。</source>
            <translation>Once the district has published it, the next receipt brings it; if it is urgent, give the address from the district with --url.</translation>
        </message>
        <message>
            <source>区级办公室的情况</source>
            <translation>About the district office</translation>
        </message>
        <message>
            <source>区级已有 {dev} 的第{first}至{last}号，本机没有：本机恢复过较旧的备份，或者另一台电脑在用本机的副本。</source>
            <translation>The district holds numbers {first} to {last} of {dev}, this computer does not: an older backup was restored here, or another computer uses a copy of this one.</translation>
        </message>
        <message>
            <source>区级恢复</source>
            <translation>District restored</translation>
        </message>
        <message>
            <source>区级恢复过备份，{device} 的历史分成了两支；现在区级与本机一致。</source>
            <translation>The district restored a backup and the history of {device} parted into two branches; by now the district holds what this computer holds.</translation>
        </message>
        <message>
            <source>区级接收站</source>
            <translation>District hub</translation>
        </message>
        <message>
            <source>区级接收站不接受（HTTP {status}）。</source>
            <translation>The district's hub refuses (HTTP {status}).</translation>
        </message>
        <message>
            <source>区级接收站暂时放不下。</source>
            <translation>The district's hub has no room at the moment.</translation>
        </message>
        <message numerus="yes">
            <source>区级接收站正忙，已在排队：约{n}秒后轮到，轮到就接着传，不用再操作。</source>
            <translation>
                <numerusform>The district's hub is busy; this computer waits in line, about {n} second. It goes on by itself then.</numerusform>
                <numerusform>The district's hub is busy; this computer waits in line, about {n} seconds. It goes on by itself then.</numerusform>
            </translation>
        </message>
        <message>
            <source>区级接收站的回答看不懂。</source>
            <translation>The answer of the district's hub cannot be understood.</translation>
        </message>
        <message>
            <source>区级接收站的数据库暂时连不上。</source>
            <translation>The database of the district's hub cannot be reached at the moment.</translation>
        </message>
        <message>
            <source>区级接收站的磁盘暂时写不了。</source>
            <translation>The disk of the district's hub cannot be written at the moment.</translation>
        </message>
        <message>
            <source>区级接收站的网址；不写则用区级公布的，没有公布则用上次的</source>
            <translation>Address of the district's hub; without it the published one, else that of last time</translation>
        </message>
        <message>
            <source>区级生成的文件</source>
            <translation>the file the district wrote</translation>
        </message>
        <message>
            <source>区级的 {dev} 第{seq}号与本机的不同：这台电脑的历史分成了两支。</source>
            <translation>The district's number {seq} of {dev} differs from the one here: the history of this computer has split in two.</translation>
        </message>
        <message>
            <source>区级的办公台正开着数据文件，收到的数据包先存着，关闭后自动合并。</source>
            <translation>The district's desk has the file open; received bundles are kept and merged once it is closed.</translation>
        </message>
        <message>
            <source>区级的数据全部丢失</source>
            <translation>the district's data were lost altogether</translation>
        </message>
        <message>
            <source>区级的数据全部丢失，用根钥匙重建。</source>
            <translation>The district's data were lost altogether; begun again with the root keys.</translation>
        </message>
        <message>
            <source>区级的数据恢复过备份：它缺少的部分，下次导出时会自动重新上报。</source>
            <translation>The district was restored from a backup: what it lacks is sent again with the next export.</translation>
        </message>
        <message>
            <source>区级的数据恢复过备份；它缺少的部分会在下一次导出时自动重新上报。</source>
            <translation>The district restored a backup; what it lacks is sent again with the next export.</translation>
        </message>
        <message>
            <source>区级的文件全部丢失：在空文件夹里重建</source>
            <translation>district: everything is lost; begin again in an empty folder</translation>
        </message>
        <message>
            <source>区级的签名钥匙和收件钥匙都换成新的，各站点收到下一个回执时自动换用。寄给旧钥匙的文件照样打得开。</source>
            <translation>The district gets a new signing key and a new receiving key; stations take them up with their next receipt. Files sealed for the old key still open.</translation>
        </message>
        <message>
            <source>区级的钥匙已换。</source>
            <translation>The district's keys are changed.</translation>
        </message>
        <message>
            <source>区级请用 hub serve 开接收站。</source>
            <translation>At the district, open the hub with hub serve.</translation>
        </message>
        <message>
            <source>区级请用 receipt-code 生成回执码。</source>
            <translation>At the district use receipt-code to make a receipt code.</translation>
        </message>
        <message>
            <source>区级请用“回执”（receipt）给站点回传。</source>
            <translation>At the district use "Receipts" (receipt) to answer a station.</translation>
        </message>
        <message>
            <source>区级请用“接受登记”（enrol accept）。</source>
            <translation>At the district use "Enrol station" (enrol accept).</translation>
        </message>
        <message>
            <source>区级还没有下发过。</source>
            <translation>The district has sent none yet.</translation>
        </message>
        <message>
            <source>区级送回了本机缺少的 {dev} 的内容：新增{new}条，更改{changed}条。</source>
            <translation>The district sent back what this computer lacked of {dev}: {new} new, {changed} changed.</translation>
        </message>
        <message>
            <source>区级：U盘或文件夹</source>
            <translation>District: a USB stick or folder</translation>
        </message>
        <message>
            <source>区级：不再用应急钥匙</source>
            <translation>district: use no escrow key any more</translation>
        </message>
        <message>
            <source>区级：信任名单延期</source>
            <translation>district: renew the trust list</translation>
        </message>
        <message>
            <source>区级：做一把应急钥匙，写到介质上</source>
            <translation>district: make an escrow key on a medium</translation>
        </message>
        <message>
            <source>区级：写出等待签名的信任名单</source>
            <translation>district: write the trust list that waits for signatures</translation>
        </message>
        <message>
            <source>区级：取回签过名的草稿</source>
            <translation>district: take the signed draft back</translation>
        </message>
        <message>
            <source>区级：可以在电话里读的回执码</source>
            <translation>district: the receipt code to read over the telephone</translation>
        </message>
        <message>
            <source>区级：吊销一台电脑，已收到的都留着</source>
            <translation>district: revoke a computer; what was received stays</translation>
        </message>
        <message>
            <source>区级：在信任名单里公布接收站，各站随回执自动知道网址和证书</source>
            <translation>District: publish the hub in the trust list; stations learn address and certificates with their receipts</translation>
        </message>
        <message>
            <source>区级：定一版新的，随下一次回执带给各站点</source>
            <translation>District: set a new edition; it goes to the stations with their next receipts</translation>
        </message>
        <message>
            <source>区级：应急钥匙</source>
            <translation>district: the escrow key</translation>
        </message>
        <message>
            <source>区级：开接收站，收取各站联网报送的数据包，回执放进各站信箱</source>
            <translation>District: open the hub, receive the bundles that stations push, put receipts into their mailboxes</translation>
        </message>
        <message>
            <source>区级：把冲突作为任务交给站点裁定</source>
            <translation>District: send a conflict to the station as a task</translation>
        </message>
        <message>
            <source>区级：把本机的根钥匙备份到介质</source>
            <translation>district: copy the root key of this computer to a medium</translation>
        </message>
        <message>
            <source>区级：把省级还没有的内容送去，断了再做就接着送</source>
            <translation>district: send what the province does not have yet; when cut off, repeating goes on where it was</translation>
        </message>
        <message>
            <source>区级：把记录退回站点补充更正</source>
            <translation>district: return a record to its station for completion</translation>
        </message>
        <message>
            <source>区级：换根钥匙，例如三把里要两把签名</source>
            <translation>district: other root keys, for example three of which two must sign</translation>
        </message>
        <message>
            <source>区级：接受登记，生成带回的文件</source>
            <translation>district: accept an enrolment and write the file to take back</translation>
        </message>
        <message>
            <source>区级：根钥匙</source>
            <translation>district: the root keys</translation>
        </message>
        <message>
            <source>区级：给一个或几个站点交办一件事</source>
            <translation>District: give one or several stations a task</translation>
        </message>
        <message>
            <source>区级：给哪台电脑，例如 SQ-2</source>
            <translation>District: for which computer, e.g. SQ-2</translation>
        </message>
        <message>
            <source>区级：给站点写回执数据包</source>
            <translation>district: write a receipt bundle for a station</translation>
        </message>
        <message>
            <source>区里</source>
            <translation>The district</translation>
        </message>
        <message>
            <source>区里作废了{code}“{title}”：{reason}</source>
            <translation>The district voided {code} “{title}”: {reason}</translation>
        </message>
        <message>
            <source>区里公布了接收站、本站看过并同意以后才会自动联网；关掉后只在点“立即报送和收取”时联网。</source>
            <translation>Only after the district has published a hub and this station has looked and agreed; when off, only “Hand over and fetch now” goes online.</translation>
        </message>
        <message>
            <source>区里导入{file}</source>
            <translation>District imports {file}</translation>
        </message>
        <message>
            <source>区里导入、合并</source>
            <translation>District imports and merges</translation>
        </message>
        <message>
            <source>区里已收</source>
            <translation>Received</translation>
        </message>
        <message>
            <source>区里已收到的（到第{last}号）都留着，它以后再交的不再接收。</source>
            <translation>All that the district received (up to number {last}) stays, what it hands over later is refused.</translation>
        </message>
        <message>
            <source>区里已裁定：{reason}</source>
            <translation>Decided by the district: {reason}</translation>
        </message>
        <message>
            <source>区里年度计划：{day} {what}。</source>
            <translation>District's yearly plan: {day} {what}.</translation>
        </message>
        <message>
            <source>区里意见</source>
            <translation>The district's opinion</translation>
        </message>
        <message>
            <source>区里换过钥匙、站点还没有收到新名单时，{device}用：{code}</source>
            <translation>If the district has changed its keys and the station has not received the new list yet, {device} uses: {code}</translation>
        </message>
        <message>
            <source>区里收下并带回回执以前，这些记录显示“已送出”。</source>
            <translation>Until the district has taken them in and the receipt is back, these records show "Sent".</translation>
        </message>
        <message>
            <source>区里改了{code}“{title}”：{reason}</source>
            <translation>The district changed {code} “{title}”: {reason}</translation>
        </message>
        <message>
            <source>区里改动</source>
            <translation>Changed by the district</translation>
        </message>
        <message>
            <source>区里没有本站的记录，不等了</source>
            <translation>Wait no more, the district has no records</translation>
        </message>
        <message>
            <source>区里的指纹（念给站点听，站点装入时要核对）</source>
            <translation>Fingerprint of the district (read it to the station, which compares it when installing)</translation>
        </message>
        <message>
            <source>区里的指纹（请区里念，逐组核对）</source>
            <translation>Fingerprint of the district (have the district read it, compare each group)</translation>
        </message>
        <message>
            <source>区里确认收到{n}条记录。</source>
            <translation>Records confirmed by the district: {n}.</translation>
        </message>
        <message>
            <source>区里还没有公布接收站，请用U盘报送。区里公布以后，收一次回执就会知道。</source>
            <translation>The district has not published a hub yet; please hand over by USB stick. Once it has, the next receipt brings it.</translation>
        </message>
        <message>
            <source>区里还没有收到过它的数据，它以后再交的不再接收。</source>
            <translation>The district never received data from it; what it hands over later is refused.</translation>
        </message>
        <message>
            <source>区里退回</source>
            <translation>Returned by the district</translation>
        </message>
        <message>
            <source>区里（{code}）写的</source>
            <translation>Written by the district ({code})</translation>
        </message>
        <message>
            <source>协办单位</source>
            <translation>Supporting units</translation>
        </message>
        <message>
            <source>协商</source>
            <translation>Consultation</translation>
        </message>
        <message>
            <source>协商环节</source>
            <translation>Stages of the consultation</translation>
        </message>
        <message>
            <source>协商类活动必填。</source>
            <translation>Required for a consultation.</translation>
        </message>
        <message>
            <source>单位</source>
            <translation>Unit</translation>
        </message>
        <message>
            <source>单位或人。</source>
            <translation>A unit or a person.</translation>
        </message>
        <message>
            <source>单位或住址</source>
            <translation>Unit or address</translation>
        </message>
        <message>
            <source>单位职务</source>
            <translation>Unit and post</translation>
        </message>
        <message>
            <source>单位退办</source>
            <translation>Handed back by the unit</translation>
        </message>
        <message>
            <source>印发机关</source>
            <translation>Issued by</translation>
        </message>
        <message>
            <source>印成 170****4416，身份证号总是遮住。</source>
            <translation>Printed as 170****4416; identity numbers are always masked.</translation>
        </message>
        <message>
            <source>印空白表，手写用</source>
            <translation>print the blank form, to be filled in by hand</translation>
        </message>
        <message>
            <source>历史</source>
            <translation>History</translation>
        </message>
        <message>
            <source>历次全会</source>
            <translation>Plenary sessions</translation>
        </message>
        <message>
            <source>压缩包前面多出了不该有的内容。</source>
            <translation>The archive has data in front of it that does not belong there.</translation>
        </message>
        <message>
            <source>压缩包后面多出了不该有的内容。</source>
            <translation>The archive has data behind it that does not belong there.</translation>
        </message>
        <message>
            <source>压缩包用了超大文件格式（zip64），这里不接受。</source>
            <translation>The archive uses the format for very large files (zip64), which is not accepted here.</translation>
        </message>
        <message>
            <source>压缩包说自己分成了几卷。</source>
            <translation>The archive says that it is split into several volumes.</translation>
        </message>
        <message>
            <source>压缩包里夹带了注释。</source>
            <translation>The archive carries a comment.</translation>
        </message>
        <message>
            <source>原因</source>
            <translation>Reason</translation>
        </message>
        <message>
            <source>原时限{old}，延期至{new}：只能延期一次，最多{n}天。</source>
            <translation>Original deadline {old}, extended to {new}: it can be extended only once, by {n} days at most.</translation>
        </message>
        <message>
            <source>去向</source>
            <translation>Whereabouts</translation>
        </message>
        <message>
            <source>去掉“{label}”</source>
            <translation>Remove "{label}"</translation>
        </message>
        <message>
            <source>去看看</source>
            <translation>Have a look</translation>
        </message>
        <message>
            <source>去选定</source>
            <translation>Decide</translation>
        </message>
        <message>
            <source>参加方</source>
            <translation>Side represented</translation>
        </message>
        <message>
            <source>双面打印</source>
            <translation>Print on both sides</translation>
        </message>
        <message>
            <source>反映情况</source>
            <translation>What was reported</translation>
        </message>
        <message>
            <source>反映情况不足{n}个字，过于简单。</source>
            <translation>What was reported has fewer than {n} characters, which says too little.</translation>
        </message>
        <message>
            <source>反馈群众</source>
            <translation>Tell the citizens</translation>
        </message>
        <message>
            <source>反馈群众方式</source>
            <translation>How the citizens were told</translation>
        </message>
        <message>
            <source>反馈群众日期</source>
            <translation>Citizens told on</translation>
        </message>
        <message>
            <source>发言</source>
            <translation>Speeches</translation>
        </message>
        <message>
            <source>发言人</source>
            <translation>Speaker</translation>
        </message>
        <message>
            <source>发言内容</source>
            <translation>What was said</translation>
        </message>
        <message>
            <source>取回签过名的草稿…</source>
            <translation>Take the signed draft back…</translation>
        </message>
        <message>
            <source>取消</source>
            <translation>Cancelled</translation>
        </message>
        <message>
            <source>取消关联</source>
            <translation>Unlink</translation>
        </message>
        <message>
            <source>取消关联；两条记录还是原来的样子</source>
            <translation>take a link back; both records stay as they were</translation>
        </message>
        <message>
            <source>取消后两条记录还是原来的样子。请写明为什么。</source>
            <translation>Both records stay as they were. Say why.</translation>
        </message>
        <message>
            <source>受理</source>
            <translation>Accepted</translation>
        </message>
        <message>
            <source>受理时必填；不填时提示按紧急程度算出的日期。</source>
            <translation>Required on acceptance; when left empty, the date that the urgency gives is suggested.</translation>
        </message>
        <message>
            <source>受理范围</source>
            <translation>Within the remit</translation>
        </message>
        <message>
            <source>变化：</source>
            <translation>Changes:</translation>
        </message>
        <message>
            <source>变在哪里</source>
            <translation>What is different</translation>
        </message>
        <message>
            <source>变红的天数要比变黄的多。</source>
            <translation>Red needs more days than yellow.</translation>
        </message>
        <message>
            <source>口令</source>
            <translation>Passphrase</translation>
        </message>
        <message>
            <source>口令不对。</source>
            <translation>The passphrase is wrong.</translation>
        </message>
        <message>
            <source>口令太短。</source>
            <translation>The passphrase is too short.</translation>
        </message>
        <message>
            <source>口令是空的。</source>
            <translation>The passphrase is empty.</translation>
        </message>
        <message>
            <source>口令：</source>
            <translation>Passphrase: </translation>
        </message>
        <message>
            <source>口径</source>
            <translation>Rules</translation>
        </message>
        <message>
            <source>另一块硬盘或U盘上的文件夹；空着表示不放第二份。</source>
            <translation>A folder on another disk or a USB stick; left empty, there is no second copy.</translation>
        </message>
        <message>
            <source>另一条</source>
            <translation>The other one</translation>
        </message>
        <message>
            <source>另一条的 uid 或编号</source>
            <translation>uid or number of the other one</translation>
        </message>
        <message>
            <source>另一条记录</source>
            <translation>The other record</translation>
        </message>
        <message>
            <source>另外把区里自己的{what}送回去：区里恢复过旧的备份，这些它现在没有了。它们是区里签过字的原件，本站没有改动，也不是本站的新记录。</source>
            <translation>Beside that the district's own words are handed back: {what}. The district was restored from an old backup and has them no more. They carry the district's signature as it wrote them; they are no new records of this station.</translation>
        </message>
        <message>
            <source>另存为</source>
            <translation>Save as</translation>
        </message>
        <message>
            <source>另存为 PDF</source>
            <translation>Save as PDF</translation>
        </message>
        <message numerus="yes">
            <source>另有{n}项没有列出。</source>
            <translation>
                <numerusform>{n} more is not listed.</numerusform>
                <numerusform>{n} more are not listed.</numerusform>
            </translation>
        </message>
        <message>
            <source>另有第二签名（SM2）。</source>
            <translation>It also makes a second signature (SM2).</translation>
        </message>
        <message numerus="yes">
            <source>另有送回给区里的{n}个区级改动，不是本站的新记录。</source>
            <translation>
                <numerusform>Beside that {n} change of the district's own is handed back; it is no new record of this station.</numerusform>
                <numerusform>Beside that {n} changes of the district's own are handed back; they are no new records of this station.</numerusform>
            </translation>
        </message>
        <message>
            <source>只列还没有回复的</source>
            <translation>Only those without an answer</translation>
        </message>
        <message>
            <source>只定这一栏；不写则定全部</source>
            <translation>decide this field only; all fields when left out</translation>
        </message>
        <message>
            <source>只找这一种</source>
            <translation>search this kind only</translation>
        </message>
        <message>
            <source>只是查找、清单等与编号链不一致时，照编号链重建</source>
            <translation>where only search and lists disagree with the chain, rebuild them from it</translation>
        </message>
        <message>
            <source>只有“解决”的才算实事；请核对，或写明理由后保留。</source>
            <translation>Only "Solved" counts as a practical deed; please check, or keep it with a reason.</translation>
        </message>
        <message>
            <source>只有区级才写回执和退回记录。</source>
            <translation>Only the district writes receipts and returns records.</translation>
        </message>
        <message>
            <source>只有区级才开接收站。</source>
            <translation>Only a district opens a hub.</translation>
        </message>
        <message>
            <source>只有区级才往省级数据库送数据。</source>
            <translation>Only a district sends data to the province's database.</translation>
        </message>
        <message>
            <source>只有区级才能写重建文件。</source>
            <translation>Only a district writes rebuild files.</translation>
        </message>
        <message>
            <source>只有区级才能接受登记。</source>
            <translation>Only the district can accept an enrolment.</translation>
        </message>
        <message>
            <source>只有本机才有的{n}条已移到编号链 {chain}，下次导出时上报；没有丢失，也不会重复。</source>
            <translation>{n} entries that only this computer has were moved to the chain {chain} and leave with the next export; nothing is lost, nothing doubles.</translation>
        </message>
        <message>
            <source>只有站点才分第几台电脑。</source>
            <translation>Only a station has several computers.</translation>
        </message>
        <message>
            <source>只有站点才导出上报数据。</source>
            <translation>Only a station exports data for the district.</translation>
        </message>
        <message>
            <source>只有站点才申请登记。</source>
            <translation>Only a station asks for enrolment.</translation>
        </message>
        <message>
            <source>只有站点才联网报送和收取。</source>
            <translation>Only a station hands over and fetches over the network.</translation>
        </message>
        <message>
            <source>只有站点才装入登记回执。</source>
            <translation>Only a station installs an enrolment receipt.</translation>
        </message>
        <message>
            <source>只有站点才输入回执码。</source>
            <translation>Only a station enters a receipt code.</translation>
        </message>
        <message>
            <source>只标在这件事上，不是对人的评价；不计入办结率。</source>
            <translation>It marks this matter only and does not judge the person; left out of the closing rate.</translation>
        </message>
        <message>
            <source>只看会发生什么，不改动</source>
            <translation>only show what would happen, change nothing</translation>
        </message>
        <message>
            <source>只看会带出什么、有哪些个人信息，不写文件</source>
            <translation>only show what would leave and which personal data; writes no file</translation>
        </message>
        <message>
            <source>只看这个状态</source>
            <translation>only this state</translation>
        </message>
        <message>
            <source>只看：{state}</source>
            <translation>Only: {state}</translation>
        </message>
        <message>
            <source>只能关联两条同类的记录，如两位群众、两场活动。</source>
            <translation>Only two records of one kind can be linked, such as two citizens or two events.</translation>
        </message>
        <message>
            <source>只能是{words}。</source>
            <translation>Must be one of {words}.</translation>
        </message>
        <message>
            <source>叫“{name}”的不止一个。</source>
            <translation>More than one is called "{name}".</translation>
        </message>
        <message>
            <source>召集人</source>
            <translation>Convener</translation>
        </message>
        <message>
            <source>召集人（委员档案）</source>
            <translation>Convener (member's file)</translation>
        </message>
        <message>
            <source>可以不填。</source>
            <translation>May be left empty.</translation>
        </message>
        <message>
            <source>可以写 sqlite:///文件 或 postgresql+psycopg://用户:口令@主机/库名；不写则用站点文件旁的 SQLite。</source>
            <translation>Write sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE; when omitted, SQLite beside the home.</translation>
        </message>
        <message>
            <source>可以在列表里复制到 Excel 再打印。</source>
            <translation>Copy it from the ledger to Excel and print it there.</translation>
        </message>
        <message>
            <source>可以存入</source>
            <translation>Ready</translation>
        </message>
        <message>
            <source>可以打印的文书</source>
            <translation>Papers that can be printed</translation>
        </message>
        <message>
            <source>可以拔出 U 盘</source>
            <translation>You may pull out the USB stick</translation>
        </message>
        <message>
            <source>可以接着用。</source>
            <translation>You can go on working.</translation>
        </message>
        <message>
            <source>可以收</source>
            <translation>Can be taken in</translation>
        </message>
        <message>
            <source>可以收（送回的）</source>
            <translation>Can be taken in (brought back)</translation>
        </message>
        <message>
            <source>可以查 person（群众）和 activity（活动）。</source>
            <translation>person and activity can be checked.</translation>
        </message>
        <message>
            <source>可以添加照片、PDF、OFD、Word、Excel、录音、录像和文本；别的请先另存为 PDF。</source>
            <translation>Photos, PDF, OFD, Word, Excel, sound, video and text can be added; save anything else as PDF first.</translation>
        </message>
        <message>
            <source>可以联网报送，请看一看</source>
            <translation>Network available, please look</translation>
        </message>
        <message>
            <source>可以输入几个词，用空格隔开，都包含的才列出。</source>
            <translation>Several words may be typed with spaces between them; what holds all of them is listed.</translation>
        </message>
        <message>
            <source>可形成意见建议</source>
            <translation>Can become a suggestion</translation>
        </message>
        <message>
            <source>可用的有：{periods}；最接近的是“{near}”。</source>
            <translation>Available: {periods}; the nearest is "{near}".</translation>
        </message>
        <message>
            <source>可用的有：{places}。</source>
            <translation>Available: {places}.</translation>
        </message>
        <message>
            <source>可用的有：{sorts}。</source>
            <translation>There are: {sorts}.</translation>
        </message>
        <message>
            <source>可由站长或区政协经办兼任，不能与A角同为一人。</source>
            <translation>The station head or the district officer may be clerk B as well, but not clerk A.</translation>
        </message>
        <message>
            <source>可能已经登记过：{code} {title}（{why}）。</source>
            <translation>May be here already: {code} {title} ({why}).</translation>
        </message>
        <message>
            <source>可能是备份恢复后继续使用或文件被改动，请与该站点核对。</source>
            <translation>Perhaps a restored backup was used further, or the file was altered; please check with the station.</translation>
        </message>
        <message>
            <source>可能重复的</source>
            <translation>Likely duplicates</translation>
        </message>
        <message>
            <source>可能重复的记录，写明像在哪里；由人核对</source>
            <translation>records that may be duplicates, with what is alike; a person decides</translation>
        </message>
        <message>
            <source>可选的</source>
            <translation>Choices</translation>
        </message>
        <message>
            <source>可选的有：{known}。</source>
            <translation>Choices: {known}.</translation>
        </message>
        <message>
            <source>可选的有：{words}。</source>
            <translation>Choices: {words}.</translation>
        </message>
        <message>
            <source>台账</source>
            <translation>Ledgers</translation>
        </message>
        <message>
            <source>台账：复制到表格、从表格粘贴</source>
            <translation>Ledger: copy to a table, paste from a table</translation>
        </message>
        <message>
            <source>号</source>
            <translation>No.</translation>
        </message>
        <message>
            <source>各命令都有的选项</source>
            <translation>options of every command</translation>
        </message>
        <message>
            <source>各条记录的去向</source>
            <translation>Whereabouts of records</translation>
        </message>
        <message>
            <source>各站报送情况</source>
            <translation>Reports by station</translation>
        </message>
        <message>
            <source>各计一次，合计只计一次。</source>
            <translation>Counted once for each, once in the total.</translation>
        </message>
        <message>
            <source>合并时出了问题（代码 {code}），收到的数据包都存着，会自动再试。</source>
            <translation>Merging failed (code {code}); received bundles are kept and it is tried again by itself.</translation>
        </message>
        <message>
            <source>吊销 {device}</source>
            <translation>Revoke {device}</translation>
        </message>
        <message>
            <source>吊销…</source>
            <translation>Revoke…</translation>
        </message>
        <message>
            <source>吊销以后，这台电脑新写的数据不再接收，已收到的都留着。请写明原因：</source>
            <translation>What this computer writes from now on is no longer accepted; what has been received stays. Please give the reason:</translation>
        </message>
        <message>
            <source>吊销要写明原因。</source>
            <translation>Revoking needs a reason.</translation>
        </message>
        <message>
            <source>同</source>
            <translation>Same</translation>
        </message>
        <message>
            <source>同 status，再加版本和数据库参数</source>
            <translation>like status, with version and database settings</translation>
        </message>
        <message>
            <source>同一个主办单位写了两次。</source>
            <translation>The same host is written twice.</translation>
        </message>
        <message>
            <source>同一个单位写了两次。</source>
            <translation>The same unit is written twice.</translation>
        </message>
        <message>
            <source>同一人</source>
            <translation>Same person</translation>
        </message>
        <message>
            <source>同一位委员写了两次。</source>
            <translation>The same member is written twice.</translation>
        </message>
        <message>
            <source>同一位委员在同一时间写了两次。</source>
            <translation>The same member is written twice for the same time.</translation>
        </message>
        <message>
            <source>同一台电脑的另一支历史里已有这个编号，编号随之更换</source>
            <translation>Another branch of this computer's history already uses this number, so it was changed</translation>
        </message>
        <message>
            <source>同一场活动</source>
            <translation>Same event</translation>
        </message>
        <message>
            <source>同意以后，有网络时会自动把新的内容送给区里，并收下区里的回执、退回和任务；随时可以在设置里关掉。送出的文件已加密，只有区里能打开。</source>
            <translation>Once you agree, new content goes to the district by itself whenever there is a network, and receipts, returns and tasks of the district are taken in; you can turn it off in the settings at any time. What leaves is encrypted, only the district can open it.</translation>
        </message>
        <message>
            <source>同意日期</source>
            <translation>Date of consent</translation>
        </message>
        <message>
            <source>同时交给几个站点的，批次相同。</source>
            <translation>Given to several stations at once: the same batch.</translation>
        </message>
        <message>
            <source>名单有改动、根钥匙不在本机时才要这样签名。</source>
            <translation>Signing in this way is needed only when the list has changed and the root keys are elsewhere.</translation>
        </message>
        <message>
            <source>名单里有本机的钥匙。</source>
            <translation>The list names the key of this computer.</translation>
        </message>
        <message>
            <source>名单里还没有本机的钥匙，要等区级登记。</source>
            <translation>The list does not name the key of this computer yet; the district has to enrol it.</translation>
        </message>
        <message>
            <source>名称</source>
            <translation>Name</translation>
        </message>
        <message>
            <source>名称=值，可以写多个</source>
            <translation>name=value, several may be given</translation>
        </message>
        <message>
            <source>名称“{name}”里没有“工作室”。</source>
            <translation>The name "{name}" does not contain "工作室" (studio).</translation>
        </message>
        <message>
            <source>名称、编号或拼音首字母</source>
            <translation>Name, number or pinyin initials</translation>
        </message>
        <message>
            <source>名称没有填。</source>
            <translation>The name is not filled in.</translation>
        </message>
        <message>
            <source>后来的数据已经建立在这次导入之上，不能撤销。</source>
            <translation>Later data build on this import; it cannot be undone.</translation>
        </message>
        <message>
            <source>后续计划</source>
            <translation>Next step</translation>
        </message>
        <message>
            <source>后面缺了一段</source>
            <translation>the end is missing</translation>
        </message>
        <message>
            <source>否</source>
            <translation>No</translation>
        </message>
        <message>
            <source>含个人信息</source>
            <translation>with personal data</translation>
        </message>
        <message>
            <source>含敏感信息</source>
            <translation>with sensitive data</translation>
        </message>
        <message>
            <source>启用</source>
            <translation>Put in use</translation>
        </message>
        <message>
            <source>周期</source>
            <translation>Cycle</translation>
        </message>
        <message>
            <source>命令</source>
            <translation>command</translation>
        </message>
        <message>
            <source>命令不完整，缺少：{names}。</source>
            <translation>The command is not complete, it lacks: {names}.</translation>
        </message>
        <message>
            <source>命令写得不对：{detail}。</source>
            <translation>The command is wrong: {detail}.</translation>
        </message>
        <message>
            <source>和区级接收站 {place} 的连接断了，不知道传完了没有。</source>
            <translation>The connection to the district's hub {place} broke; whether everything arrived is unknown.</translation>
        </message>
        <message>
            <source>和窗口一样宽</source>
            <translation>As wide as the window</translation>
        </message>
        <message>
            <source>哪一个；不写则全部</source>
            <translation>Which one; all when left out</translation>
        </message>
        <message>
            <source>哪一天以前回复</source>
            <translation>By which day to answer</translation>
        </message>
        <message>
            <source>哪一天以前回复。</source>
            <translation>By which day to answer.</translation>
        </message>
        <message>
            <source>哪一天以前裁定；不写为7天</source>
            <translation>By which day to decide; seven days when left out</translation>
        </message>
        <message>
            <source>哪一种</source>
            <translation>Which</translation>
        </message>
        <message>
            <source>哪一类；不写则全部</source>
            <translation>Which sort; all when left out</translation>
        </message>
        <message>
            <source>哪位领导说的；不写为操作人自己</source>
            <translation>The leader whose word it is; the operator when left out</translation>
        </message>
        <message>
            <source>回一句</source>
            <translation>Reply</translation>
        </message>
        <message>
            <source>回到编辑</source>
            <translation>Back to editing</translation>
        </message>
        <message>
            <source>回到记录</source>
            <translation>Back to the record</translation>
        </message>
        <message>
            <source>回复</source>
            <translation>Answer</translation>
        </message>
        <message>
            <source>回复日期</source>
            <translation>Answered on</translation>
        </message>
        <message>
            <source>回复时必填。</source>
            <translation>Needed when answering.</translation>
        </message>
        <message>
            <source>回执</source>
            <translation>Receipts</translation>
        </message>
        <message>
            <source>回执已收下。</source>
            <translation>The receipt is taken in.</translation>
        </message>
        <message>
            <source>回执带回站点</source>
            <translation>Receipts go back to the stations</translation>
        </message>
        <message>
            <source>回执码</source>
            <translation>Receipt code</translation>
        </message>
        <message>
            <source>回执码应有{n}个字母或数字，现有{found}个。</source>
            <translation>A receipt code has {n} letters or digits, this one has {found}.</translation>
        </message>
        <message>
            <source>回执码正确。</source>
            <translation>The receipt code is right.</translation>
        </message>
        <message>
            <source>回执码正确：{device} 到第{seq}号区里都已收到。</source>
            <translation>The receipt code is right: the district has received everything of {device} up to number {seq}.</translation>
        </message>
        <message>
            <source>回执码正确：{device}到第{seq}号都已收到。</source>
            <translation>The receipt code is right: everything of {device} up to number {seq} has been received.</translation>
        </message>
        <message>
            <source>回执：{file}
已收{accepted}条，退回{returned}条，冲突{conflicts}条。现在可以拔出U盘。</source>
            <translation>Receipt: {file}
{accepted} received, {returned} returned, {conflicts} in conflict. You may pull out the USB stick now.</translation>
        </message>
        <message>
            <source>困难</source>
            <translation>Hardship</translation>
        </message>
        <message>
            <source>困难类别</source>
            <translation>Category of hardship</translation>
        </message>
        <message>
            <source>图片“{name}”的尺寸大得不合情理（{width}×{height}）。</source>
            <translation>The picture "{name}" is of an unreasonable size ({width}×{height}).</translation>
        </message>
        <message>
            <source>在任</source>
            <translation>In office</translation>
        </message>
        <message>
            <source>在任的不填。</source>
            <translation>Left empty while in office.</translation>
        </message>
        <message>
            <source>在值班期间接待的，填当班日期或班次编号。</source>
            <translation>When met on duty, the day or the number of the shift.</translation>
        </message>
        <message>
            <source>在册</source>
            <translation>On the register</translation>
        </message>
        <message>
            <source>在区里登记</source>
            <translation>Enrol with the district</translation>
        </message>
        <message>
            <source>在台账里新建一条</source>
            <translation>New record in a ledger</translation>
        </message>
        <message>
            <source>在名单里</source>
            <translation>on the list</translation>
        </message>
        <message>
            <source>在哪个地址上开，默认只对本机</source>
            <translation>Address to listen on; this computer only by default</translation>
        </message>
        <message>
            <source>在左边的功能和右边的内容之间来回</source>
            <translation>Between the screens on the left and the content on the right</translation>
        </message>
        <message>
            <source>在本台账里找</source>
            <translation>Find in this ledger</translation>
        </message>
        <message>
            <source>在校情况</source>
            <translation>Schooling</translation>
        </message>
        <message>
            <source>在档</source>
            <translation>Kept</translation>
        </message>
        <message>
            <source>在用</source>
            <translation>In use</translation>
        </message>
        <message>
            <source>在等区里的重建文件：U盘带回来插上，这里会自动找到；不在U盘上的，点“打开重建文件夹…”。</source>
            <translation>Waiting for the district's rebuild files: plug the stick in when it is back, they are found by themselves; if they lie elsewhere, press "Open rebuild folder…".</translation>
        </message>
        <message>
            <source>在等区里的重建文件；U盘带回来以后，插上，点这里打开。</source>
            <translation>Waiting for the district's rebuild files; when the stick is back, plug it in and open this line.</translation>
        </message>
        <message>
            <source>在这台电脑上接着用：请区里把收到过的记录送回来。</source>
            <translation>Go on with this one: the district sends back the records it received.</translation>
        </message>
        <message>
            <source>在这里定下的，随下一次回执带给每个站点；站点收下前能看到会变什么。</source>
            <translation>What is set here goes to every station with its next receipt; a station sees what will change before it takes it.</translation>
        </message>
        <message>
            <source>地址</source>
            <translation>Address</translation>
        </message>
        <message>
            <source>地点</source>
            <translation>Place</translation>
        </message>
        <message>
            <source>场所与接待</source>
            <translation>Premises and receptions</translation>
        </message>
        <message>
            <source>基本情况</source>
            <translation>Basics</translation>
        </message>
        <message>
            <source>填了满足日期，状态却不是“已满足”。</source>
            <translation>A date of being met is filled in, but the state is not "Met".</translation>
        </message>
        <message>
            <source>处理去向</source>
            <translation>Route</translation>
        </message>
        <message>
            <source>处理去向是“转信访”，没有标“涉信访”。</source>
            <translation>The route is "Referred to the petition office", but "Petition" is not ticked.</translation>
        </message>
        <message>
            <source>备份</source>
            <translation>Backup</translation>
        </message>
        <message>
            <source>备份“{file}”损坏了，不能使用。</source>
            <translation>The backup "{file}" is damaged and cannot be used.</translation>
        </message>
        <message>
            <source>备份“{file}”是新版本的程序写的。</source>
            <translation>The backup "{file}" was written by a newer version of the program.</translation>
        </message>
        <message>
            <source>备份到U盘或别处…</source>
            <translation>Back up to a USB stick or elsewhere…</translation>
        </message>
        <message>
            <source>备份到U盘或文件夹，写完读回核对</source>
            <translation>back up to a USB stick or folder and read it back</translation>
        </message>
        <message>
            <source>备份到哪个文件夹</source>
            <translation>Folder for the backup</translation>
        </message>
        <message>
            <source>备份好了，已经读回检查：{records}条记录。</source>
            <translation>The backup is made and was read back: {records} records.</translation>
        </message>
        <message>
            <source>备份完好：{at}，记录{records}条，附件{attachments}个。</source>
            <translation>The backup is intact: {at}, {records} records, {attachments} attachments.</translation>
        </message>
        <message>
            <source>备份文件</source>
            <translation>Backup file</translation>
        </message>
        <message>
            <source>备份文件 (*.sdbackup)</source>
            <translation>Backup files (*.sdbackup)</translation>
        </message>
        <message>
            <source>备份文件 (*{ending})</source>
            <translation>Backup files (*{ending})</translation>
        </message>
        <message>
            <source>备份文件的名字像 SQ-20261122-115541.sdbackup，请重新选择。</source>
            <translation>The name of a backup looks like SQ-20261122-115541.sdbackup; please choose again.</translation>
        </message>
        <message>
            <source>备份根钥匙</source>
            <translation>Copy the root key</translation>
        </message>
        <message>
            <source>备份根钥匙…</source>
            <translation>Copy the root key…</translation>
        </message>
        <message>
            <source>备注</source>
            <translation>Remarks</translation>
        </message>
        <message>
            <source>复制</source>
            <translation>Copy</translation>
        </message>
        <message numerus="yes">
            <source>复制了{n}行。</source>
            <translation>
                <numerusform>{n} row copied.</numerusform>
                <numerusform>{n} rows copied.</numerusform>
            </translation>
        </message>
        <message>
            <source>外单位</source>
            <translation>Outside bodies</translation>
        </message>
        <message>
            <source>大</source>
            <translation>Large</translation>
        </message>
        <message>
            <source>大小</source>
            <translation>Size</translation>
        </message>
        <message>
            <source>大小（字节）</source>
            <translation>Size (bytes)</translation>
        </message>
        <message>
            <source>天数</source>
            <translation>Days</translation>
        </message>
        <message>
            <source>天气</source>
            <translation>Weather</translation>
        </message>
        <message>
            <source>太多，最多{n}。</source>
            <translation>Too many; at most {n}.</translation>
        </message>
        <message>
            <source>太长，最多{n}。</source>
            <translation>Too long; at most {n}.</translation>
        </message>
        <message>
            <source>好了</source>
            <translation>Done</translation>
        </message>
        <message>
            <source>如 11.22、今天、-1</source>
            <translation>Such as 11.22, or -1 for yesterday</translation>
        </message>
        <message>
            <source>如 9:30、下午3点</source>
            <translation>Such as 9:30 or 15:00</translation>
        </message>
        <message>
            <source>姓名</source>
            <translation>Name</translation>
        </message>
        <message>
            <source>姓名、编号或拼音首字母</source>
            <translation>Name, number or pinyin initials</translation>
        </message>
        <message>
            <source>姓名是“匿名”，却留了电话或身份证号。</source>
            <translation>The name is "匿名" (anonymous), yet a telephone or identity number is kept.</translation>
        </message>
        <message>
            <source>委员</source>
            <translation>CPPCC member</translation>
        </message>
        <message>
            <source>委员小组</source>
            <translation>Members' group</translation>
        </message>
        <message>
            <source>委员工作室</source>
            <translation>Member studio</translation>
        </message>
        <message>
            <source>委员接待日</source>
            <translation>Members' reception days</translation>
        </message>
        <message>
            <source>委员身份</source>
            <translation>Membership</translation>
        </message>
        <message>
            <source>字、词、编号或拼音首字母</source>
            <translation>Character, word, number or pinyin initials</translation>
        </message>
        <message>
            <source>字体文件“{name}”缺失、已损坏或不准嵌入，不能打印。</source>
            <translation>The font file "{name}" is missing, damaged or may not be embedded; nothing can be printed.</translation>
        </message>
        <message>
            <source>字号</source>
            <translation>Size of letters</translation>
        </message>
        <message numerus="yes">
            <source>存入{n}行</source>
            <translation>
                <numerusform>Save {n} row</numerusform>
                <numerusform>Save {n} rows</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>存入了{n}行。</source>
            <translation>
                <numerusform>{n} row saved.</numerusform>
                <numerusform>{n} rows saved.</numerusform>
            </translation>
        </message>
        <message>
            <source>存好</source>
            <translation>Save</translation>
        </message>
        <message>
            <source>存好了，没有新的改动。</source>
            <translation>Saved; nothing had changed.</translation>
        </message>
        <message>
            <source>存好了：{code}</source>
            <translation>Saved: {code}</translation>
        </message>
        <message>
            <source>学历</source>
            <translation>Education</translation>
        </message>
        <message>
            <source>学校、部门、企业等共同举办的。</source>
            <translation>Schools, departments, firms and others that hold it jointly.</translation>
        </message>
        <message>
            <source>它只能打开以前的数据包，请仍然收好；现在用的那把请找最近做的介质。</source>
            <translation>It opens earlier bundles only; keep it all the same. The one in use is on the medium made last.</translation>
        </message>
        <message>
            <source>它可能还没有随数据包送到；请向原来的站点要一次完整的报送。</source>
            <translation>It may not have come with a bundle yet; ask the station it belongs to for a complete export.</translation>
        </message>
        <message>
            <source>安全</source>
            <translation>Security</translation>
        </message>
        <message>
            <source>完成</source>
            <translation>Done</translation>
        </message>
        <message>
            <source>宗教信仰</source>
            <translation>Religion</translation>
        </message>
        <message>
            <source>定下并下发</source>
            <translation>Set and send down</translation>
        </message>
        <message>
            <source>定方案</source>
            <translation>Settle the scheme</translation>
        </message>
        <message>
            <source>实事</source>
            <translation>Practical deed</translation>
        </message>
        <message>
            <source>实到</source>
            <translation>Actual attendance</translation>
        </message>
        <message>
            <source>审批并通知</source>
            <translation>Approve and give notice</translation>
        </message>
        <message>
            <source>审核</source>
            <translation>Review</translation>
        </message>
        <message>
            <source>审核人</source>
            <translation>Reviewer</translation>
        </message>
        <message>
            <source>宣传报道</source>
            <translation>Publicity</translation>
        </message>
        <message>
            <source>家庭</source>
            <translation>Household</translation>
        </message>
        <message>
            <source>家庭情况</source>
            <translation>Family circumstances</translation>
        </message>
        <message>
            <source>家庭成员</source>
            <translation>Members of the household</translation>
        </message>
        <message numerus="yes">
            <source>家庭成员里有{n}位户主。</source>
            <translation>
                <numerusform>The household has {n} head.</numerusform>
                <numerusform>The household has {n} heads.</numerusform>
            </translation>
        </message>
        <message>
            <source>密钥文件“{path}”不见了。</source>
            <translation>The key file "{path}" is gone.</translation>
        </message>
        <message>
            <source>密钥文件“{path}”损坏了。</source>
            <translation>The key file "{path}" is damaged.</translation>
        </message>
        <message>
            <source>密钥文件“{path}”是新版本的程序写的。</source>
            <translation>The key file "{path}" was written by a newer version of the program.</translation>
        </message>
        <message>
            <source>密钥文件不是这份数据的：下次打开时会打不开。</source>
            <translation>The key file is not that of these data: they will not open the next time.</translation>
        </message>
        <message>
            <source>密钥没有东西保护：系统钥匙串用不了（{reason}），也没有口令。</source>
            <translation>Nothing protects the key: the system keyring cannot be used ({reason}), and there is no passphrase.</translation>
        </message>
        <message>
            <source>对一条记录写一句批注，不要求改动</source>
            <translation>Remark on a record without asking for a change</translation>
        </message>
        <message>
            <source>对外公布的工作室电话，不填个人手机。</source>
            <translation>The studio's public telephone number, not a personal mobile.</translation>
        </message>
        <message>
            <source>对应</source>
            <translation>Goes to</translation>
        </message>
        <message>
            <source>对接委员</source>
            <translation>Matched member</translation>
        </message>
        <message>
            <source>对方在电话里读出的六组数字；不一致就不继续</source>
            <translation>the six groups of digits read over the telephone; when they differ, nothing goes on</translation>
        </message>
        <message>
            <source>对方收到下一个数据包后会同样删除；谁已删除，用 status 查看。</source>
            <translation>Others erase it when they take in the next bundle; status tells who has.</translation>
        </message>
        <message>
            <source>对象</source>
            <translation>For whom</translation>
        </message>
        <message>
            <source>导入后的变化：</source>
            <translation>What will change:</translation>
        </message>
        <message>
            <source>导入数据包；要么全部导入，要么不动</source>
            <translation>import bundles; each as a whole or not at all</translation>
        </message>
        <message>
            <source>导入过了</source>
            <translation>Imported before</translation>
        </message>
        <message>
            <source>导出数据包到U盘</source>
            <translation>Export bundles to the USB stick</translation>
        </message>
        <message>
            <source>将要收的文件</source>
            <translation>Files to take in</translation>
        </message>
        <message>
            <source>将要送出的内容</source>
            <translation>What will be sent</translation>
        </message>
        <message>
            <source>将送出{records}条记录、{attachments}个附件，约 {size}。送出的文件已加密，只有区里能打开。</source>
            <translation>{records} records and {attachments} attachments will be sent, about {size}. What is sent is encrypted; only the district can open it.</translation>
        </message>
        <message>
            <source>小</source>
            <translation>Small</translation>
        </message>
        <message>
            <source>小切口</source>
            <translation>Narrow focus</translation>
        </message>
        <message>
            <source>小时数</source>
            <translation>Hours</translation>
        </message>
        <message>
            <source>就这样定</source>
            <translation>Decide</translation>
        </message>
        <message>
            <source>就这样收下</source>
            <translation>Take in as it is</translation>
        </message>
        <message>
            <source>居民、员工担任联系点的辅助人员。</source>
            <translation>A resident or employee who helps at a contact point.</translation>
        </message>
        <message>
            <source>届</source>
            <translation>Term</translation>
        </message>
        <message>
            <source>届次与考核</source>
            <translation>Terms and assessment</translation>
        </message>
        <message>
            <source>届满</source>
            <translation>Term ended</translation>
        </message>
        <message>
            <source>屏幕图片</source>
            <translation>Pictures of the screens</translation>
        </message>
        <message>
            <source>屏幕图片没有存成。</source>
            <translation>The pictures of the screens were not saved.</translation>
        </message>
        <message>
            <source>展开</source>
            <translation>Unfold</translation>
        </message>
        <message>
            <source>履职平台</source>
            <translation>Platforms</translation>
        </message>
        <message>
            <source>履职方式</source>
            <translation>Mode of performing duties</translation>
        </message>
        <message>
            <source>岗位</source>
            <translation>Post</translation>
        </message>
        <message>
            <source>工作单位</source>
            <translation>Place of work</translation>
        </message>
        <message>
            <source>工作室</source>
            <translation>Studio</translation>
        </message>
        <message>
            <source>工作室、联络站或委员小组。</source>
            <translation>A studio, a station or a members' group.</translation>
        </message>
        <message>
            <source>工作日数</source>
            <translation>Working days</translation>
        </message>
        <message>
            <source>已上线</source>
            <translation>Online</translation>
        </message>
        <message>
            <source>已下达</source>
            <translation>Issued</translation>
        </message>
        <message>
            <source>已丢弃，记录留在隔离区的清单里。</source>
            <translation>Thrown away; a line stays in the quarantine list.</translation>
        </message>
        <message>
            <source>已举办</source>
            <translation>Held</translation>
        </message>
        <message>
            <source>已交办{n}个站点，随下一次回执带去。</source>
            <translation>Stations given the task: {n}. It goes along with the next receipt.</translation>
        </message>
        <message>
            <source>已交给站点裁定，随下一次回执带去。</source>
            <translation>The station will decide; it goes along with the next receipt.</translation>
        </message>
        <message>
            <source>已传到 {url}：{n}个数据包，记录{records}条。收到区级的回执后才算送达，请稍后收取（pull）。</source>
            <translation>Sent to {url}: bundles {n}, records {records}. They count as delivered once the district's receipt is here; pull later.</translation>
        </message>
        <message>
            <source>已作废：{reason}</source>
            <translation>Void: {reason}</translation>
        </message>
        <message>
            <source>已依法删除的记录</source>
            <translation>Record erased by law</translation>
        </message>
        <message>
            <source>已保存到 {path}</source>
            <translation>Saved to {path}</translation>
        </message>
        <message>
            <source>已保留</source>
            <translation>Kept</translation>
        </message>
        <message numerus="yes">
            <source>已公布 {url}，指纹{n}个；信任名单第{version}版随下一次回执送给各站。</source>
            <translation>
                <numerusform>{url} is published with {n} fingerprint; version {version} of the trust list goes to the stations with their next receipt.</numerusform>
                <numerusform>{url} is published with {n} fingerprints; version {version} of the trust list goes to the stations with their next receipt.</numerusform>
            </translation>
        </message>
        <message>
            <source>已关联。两条记录都没有改动，可以随时取消。</source>
            <translation>Linked. Neither record was changed; the link can be taken back at any time.</translation>
        </message>
        <message numerus="yes">
            <source>已写入并读回核对无误：本站的{n}个改动。</source>
            <translation>
                <numerusform>Written, read back and found the same: {n} change of this station.</numerusform>
                <numerusform>Written, read back and found the same: {n} changes of this station.</numerusform>
            </translation>
        </message>
        <message>
            <source>已写好并读回核对，可以取走</source>
            <translation>Written and read back; you may take it</translation>
        </message>
        <message>
            <source>已写好并读回核对：
{files}
记录{records}条。现在可以拔出U盘。</source>
            <translation>Written and read back:
{files}
{records} records. You may pull out the USB stick now.</translation>
        </message>
        <message>
            <source>已写好，可以交给区里</source>
            <translation>Written; you may give it to the district</translation>
        </message>
        <message>
            <source>已删除的</source>
            <translation>Erased at</translation>
        </message>
        <message>
            <source>已办结</source>
            <translation>Closed</translation>
        </message>
        <message>
            <source>已反馈群众</source>
            <translation>Citizens told</translation>
        </message>
        <message>
            <source>已取消。</source>
            <translation>Cancelled.</translation>
        </message>
        <message>
            <source>已取消关联。两条记录还是原来的样子。</source>
            <translation>The link was taken back. Both records are as they were.</translation>
        </message>
        <message>
            <source>已受理，没有办理时限。</source>
            <translation>Accepted, but without a deadline.</translation>
        </message>
        <message>
            <source>已合并</source>
            <translation>Merged</translation>
        </message>
        <message>
            <source>已吊销</source>
            <translation>Revoked</translation>
        </message>
        <message>
            <source>已吊销 {device}；已收到的都留着，新的信任名单会随回执送给各站点。</source>
            <translation>{device} is revoked. What was received stays; the new trust list travels to the stations with the receipts.</translation>
        </message>
        <message>
            <source>已吊销 {device}；新的信任名单会随回执送给各站点。</source>
            <translation>{device} is revoked; the new trust list goes to the stations with their receipts.</translation>
        </message>
        <message>
            <source>已回复</source>
            <translation>Answered</translation>
        </message>
        <message>
            <source>已填</source>
            <translation>filled in</translation>
        </message>
        <message>
            <source>已填，两条不同</source>
            <translation>filled in, different</translation>
        </message>
        <message>
            <source>已填，两条相同</source>
            <translation>filled in, the same</translation>
        </message>
        <message>
            <source>已备份并读回核对：{file}
记录{records}条，附件{attachments}个。现在可以拔出U盘。</source>
            <translation>Backed up and read back: {file}
{records} records, {attachments} attachments. You may pull out the USB stick now.</translation>
        </message>
        <message>
            <source>已存到 {file}</source>
            <translation>Saved to {file}</translation>
        </message>
        <message>
            <source>已存好的内容都在，可以再做一次。</source>
            <translation>All that was saved is there; you can do it again.</translation>
        </message>
        <message>
            <source>已存好：{code}，状态“{state}”。</source>
            <translation>Saved: {code}, state "{state}".</translation>
        </message>
        <message>
            <source>已定下。</source>
            <translation>Decided.</translation>
        </message>
        <message>
            <source>已定下，随下一次回执带给各站点。</source>
            <translation>Set. It goes to the stations with their next receipts.</translation>
        </message>
        <message>
            <source>已定下，随下一次回执带给站点。</source>
            <translation>Decided; the station hears of it with the next receipt.</translation>
        </message>
        <message>
            <source>已审核</source>
            <translation>Reviewed</translation>
        </message>
        <message>
            <source>已导入</source>
            <translation>Imported</translation>
        </message>
        <message>
            <source>已建好：{name}</source>
            <translation>Set up: {name}</translation>
        </message>
        <message>
            <source>已归档</source>
            <translation>Archived</translation>
        </message>
        <message numerus="yes">
            <source>已归档{n}件。</source>
            <translation>
                <numerusform>{n} item archived.</numerusform>
                <numerusform>{n} items archived.</numerusform>
            </translation>
        </message>
        <message>
            <source>已恢复到{folder}，编号链是{device}。</source>
            <translation>Restored to {folder}; its chain is {device}.</translation>
        </message>
        <message>
            <source>已打包</source>
            <translation>Packed</translation>
        </message>
        <message>
            <source>已打印或抄下，放在安全的地方</source>
            <translation>Printed or copied, and kept in a safe place</translation>
        </message>
        <message>
            <source>已打印或抄下，放在安全的地方，不和这台电脑在一起</source>
            <translation>It is printed or written down and kept in a safe place, away from this computer</translation>
        </message>
        <message>
            <source>已打开。</source>
            <translation>On.</translation>
        </message>
        <message>
            <source>已打电话核对，六组数字完全一致</source>
            <translation>Compared over the telephone, all six groups of digits are the same</translation>
        </message>
        <message>
            <source>已按区里的数据重建：记录{n}条。本机的编号链是 {dev}。</source>
            <translation>Rebuilt from the district's data: {n} records. The chain of this computer is {dev}.</translation>
        </message>
        <message>
            <source>已换区级的钥匙，信任名单第{version}版会随回执送到各站点。</source>
            <translation>The district's keys are changed; version {version} of the trust list reaches the stations with their receipts.</translation>
        </message>
        <message>
            <source>已换口令。</source>
            <translation>The passphrase is changed.</translation>
        </message>
        <message>
            <source>已换钥匙。登记申请：{file}
新指纹：{fingerprint}
请交给区级登记并打电话核对。区级登记以前，上报的文件会在区级的隔离区里等着。</source>
            <translation>Keys changed. Enrolment request: {file}
New fingerprint: {fingerprint}
Give it to the district and compare by telephone. Until the district has enrolled it, files you hand over wait in its quarantine.</translation>
        </message>
        <message>
            <source>已提出</source>
            <translation>Put forward</translation>
        </message>
        <message>
            <source>已撤下。</source>
            <translation>Withdrawn.</translation>
        </message>
        <message>
            <source>已撤销</source>
            <translation>Undone</translation>
        </message>
        <message numerus="yes">
            <source>已撤销，{n}条记录恢复到导入以前。</source>
            <translation>
                <numerusform>Undone; {n} record is as it was before the import.</numerusform>
                <numerusform>Undone; {n} records are as they were before the import.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>已撤销，涉及{n}条记录。</source>
            <translation>
                <numerusform>Undone; {n} record was affected.</numerusform>
                <numerusform>Undone; {n} records were affected.</numerusform>
            </translation>
        </message>
        <message>
            <source>已收</source>
            <translation>received</translation>
        </message>
        <message>
            <source>已收下</source>
            <translation>Taken in</translation>
        </message>
        <message>
            <source>已收下。</source>
            <translation>Taken in.</translation>
        </message>
        <message>
            <source>已收下（送回的）</source>
            <translation>Taken in (brought back)</translation>
        </message>
        <message>
            <source>已收取</source>
            <translation>Pulled</translation>
        </message>
        <message>
            <source>已放行。</source>
            <translation>Released.</translation>
        </message>
        <message>
            <source>已添加：{name}（{size}字节）{sha}</source>
            <translation>Added: {name} ({size} bytes) {sha}</translation>
        </message>
        <message>
            <source>已登记</source>
            <translation>Registered</translation>
        </message>
        <message numerus="yes">
            <source>已登记{n}台电脑，{never}台还没有交过数据；信任名单第{version}版，有效到{day}。</source>
            <translation>
                <numerusform>{n} computer is enrolled, {never} have handed over nothing yet; trust list version {version}, valid until {day}.</numerusform>
                <numerusform>{n} computers are enrolled, {never} have handed over nothing yet; trust list version {version}, valid until {day}.</numerusform>
            </translation>
        </message>
        <message>
            <source>已登记的有：{known}。</source>
            <translation>Enrolled are: {known}.</translation>
        </message>
        <message>
            <source>已登记，回执文件已写好</source>
            <translation>Enrolled; the receipt file is written</translation>
        </message>
        <message>
            <source>已登记：{name}（{device}）。
带回站点的文件：{file}
区级指纹：{fingerprint}
请让站点装入时核对。</source>
            <translation>Enrolled: {name} ({device}).
File to take back to the station: {file}
Fingerprint of the district: {fingerprint}
Have the station compare it when installing.</translation>
        </message>
        <message>
            <source>已答复</source>
            <translation>Answered</translation>
        </message>
        <message>
            <source>已签发</source>
            <translation>Issued</translation>
        </message>
        <message>
            <source>已签收</source>
            <translation>Accepted</translation>
        </message>
        <message numerus="yes">
            <source>已经{n}天没有备份。</source>
            <translation>
                <numerusform>No backup for {n} day.</numerusform>
                <numerusform>No backup for {n} days.</numerusform>
            </translation>
        </message>
        <message>
            <source>已经打电话核对过指纹</source>
            <translation>the fingerprint has been compared over the telephone</translation>
        </message>
        <message>
            <source>已经按日志重建，不用再做什么。</source>
            <translation>It was rebuilt from the journal; nothing more to do.</translation>
        </message>
        <message>
            <source>已经用恢复码打开。请现在设一个新口令，以后用它打开；恢复码仍然有效，请收好。</source>
            <translation>Opened with the recovery code. Please set a new passphrase now, to open it with from now on; the recovery code stays valid, keep it safe.</translation>
        </message>
        <message>
            <source>已经锁上。没存的内容都留着。</source>
            <translation>Locked. What was not saved is kept.</translation>
        </message>
        <message>
            <source>已联网</source>
            <translation>Online</translation>
        </message>
        <message>
            <source>已联网，上次报送 {time}</source>
            <translation>Online, last handed over {time}</translation>
        </message>
        <message>
            <source>已裁定：{reason}</source>
            <translation>Decided: {reason}</translation>
        </message>
        <message>
            <source>已装入的都在；请把整个文件夹重新拷一次再装，重复装入不会出错。</source>
            <translation>What was taken in stays. Please copy the whole folder again and repeat; repeating does no harm.</translation>
        </message>
        <message>
            <source>已装入：{name}（{district}），信任名单第{version}版。
区级指纹：{fingerprint}
请打电话逐组核对。</source>
            <translation>Installed: {name} ({district}), trust list version {version}.
Fingerprint of the district: {fingerprint}
Please compare it group by group over the telephone.</translation>
        </message>
        <message>
            <source>已认定不同</source>
            <translation>Found to be different</translation>
        </message>
        <message>
            <source>已记下，随下一次交接带给对方。</source>
            <translation>Noted; it goes to the other side with the next exchange.</translation>
        </message>
        <message>
            <source>已记下：不是同一个，以后不再提示。</source>
            <translation>Noted: not the same. This pair will not be suggested again.</translation>
        </message>
        <message>
            <source>已退回，随下一次回执带给站点。</source>
            <translation>Returned; the station gets it with the next receipt.</translation>
        </message>
        <message>
            <source>已送交</source>
            <translation>Sent on</translation>
        </message>
        <message>
            <source>已送出</source>
            <translation>Sent</translation>
        </message>
        <message>
            <source>已送到打印机。</source>
            <translation>Sent to the printer.</translation>
        </message>
        <message numerus="yes">
            <source>已送到接收站：{n}个数据包，{records}条记录。</source>
            <translation>
                <numerusform>Handed to the hub: {n} bundle, records: {records}.</numerusform>
                <numerusform>Handed to the hub: {n} bundles, records: {records}.</numerusform>
            </translation>
        </message>
        <message>
            <source>已送到省级：操作{ops}条，记录{records}条。</source>
            <translation>Sent to the province: {ops} operations, {records} records.</translation>
        </message>
        <message>
            <source>已送达</source>
            <translation>delivered</translation>
        </message>
        <message>
            <source>已逾期</source>
            <translation>overdue</translation>
        </message>
        <message>
            <source>已重建：{name}。</source>
            <translation>Begun again: {name}.</translation>
        </message>
        <message>
            <source>已隔离</source>
            <translation>Quarantined</translation>
        </message>
        <message>
            <source>带给站点的话</source>
            <translation>A word to the station</translation>
        </message>
        <message>
            <source>帮助</source>
            <translation>Help</translation>
        </message>
        <message>
            <source>帮助内容</source>
            <translation>Text of the help</translation>
        </message>
        <message>
            <source>常用 20、30、40、50。</source>
            <translation>Usual are 20, 30, 40 and 50.</translation>
        </message>
        <message>
            <source>常用键</source>
            <translation>Keys</translation>
        </message>
        <message>
            <source>平台</source>
            <translation>Platform</translation>
        </message>
        <message>
            <source>平台功能</source>
            <translation>Function of the platform</translation>
        </message>
        <message>
            <source>年度</source>
            <translation>Year</translation>
        </message>
        <message>
            <source>年度“{year}”不对。</source>
            <translation>The year "{year}" is not valid.</translation>
        </message>
        <message>
            <source>年度归档</source>
            <translation>Year's archive</translation>
        </message>
        <message>
            <source>年度计划</source>
            <translation>Yearly plan</translation>
        </message>
        <message>
            <source>年度计划以外</source>
            <translation>Outside the yearly plan</translation>
        </message>
        <message>
            <source>年度计划以外交办的，与计划完成率分开统计。</source>
            <translation>Assigned outside the yearly plan; counted apart from the plan rate.</translation>
        </message>
        <message>
            <source>年度计划里的项目；计划外的不填。</source>
            <translation>An item of the year's plan; left empty outside the plan.</translation>
        </message>
        <message>
            <source>年数</source>
            <translation>Years</translation>
        </message>
        <message>
            <source>年龄</source>
            <translation>Age</translation>
        </message>
        <message>
            <source>年龄登记日期</source>
            <translation>Age known on</translation>
        </message>
        <message>
            <source>并排比较</source>
            <translation>Side by side</translation>
        </message>
        <message>
            <source>并排看一条记录的几种内容</source>
            <translation>the differing contents of one record side by side</translation>
        </message>
        <message>
            <source>序号</source>
            <translation>Ordinal</translation>
        </message>
        <message>
            <source>应到</source>
            <translation>Expected</translation>
        </message>
        <message>
            <source>应急钥匙</source>
            <translation>Escrow key</translation>
        </message>
        <message>
            <source>应急钥匙已写到{file}，请取下U盘锁好。</source>
            <translation>The escrow key is in {file}; remove the stick and lock it away.</translation>
        </message>
        <message>
            <source>应急钥匙放到哪个U盘</source>
            <translation>Which stick takes the escrow key</translation>
        </message>
        <message>
            <source>应急钥匙文件</source>
            <translation>escrow key file</translation>
        </message>
        <message>
            <source>应急钥匙由{old}把变成{n}把。</source>
            <translation>Escrow keys: {n} instead of {old}.</translation>
        </message>
        <message>
            <source>应是一个对象</source>
            <translation>an object is wanted</translation>
        </message>
        <message numerus="yes">
            <source>应是证书或其公钥 SHA-256 的64位十六进制数字，可带冒号，最多{n}个。</source>
            <translation>
                <numerusform>It should be the 64 hexadecimal digits of the SHA-256 of the certificate or of its public key, colons allowed, {n} at most.</numerusform>
                <numerusform>It should be the 64 hexadecimal digits of the SHA-256 of the certificate or of its public key, colons allowed, {n} at most.</numerusform>
            </translation>
        </message>
        <message>
            <source>延期</source>
            <translation>Postponed</translation>
        </message>
        <message>
            <source>延期告知日期</source>
            <translation>Told of the extension on</translation>
        </message>
        <message>
            <source>延期批准人</source>
            <translation>Extension approved by</translation>
        </message>
        <message>
            <source>延期理由</source>
            <translation>Reason for the extension</translation>
        </message>
        <message>
            <source>延期至</source>
            <translation>Extended to</translation>
        </message>
        <message>
            <source>延长有效期</source>
            <translation>Renew</translation>
        </message>
        <message>
            <source>建一个虚构的站点，可以随便试，不影响正式数据。</source>
            <translation>Sets up an invented station to try things out; real data are not touched.</translation>
        </message>
        <message>
            <source>建档</source>
            <translation>Open a file</translation>
        </message>
        <message>
            <source>建档日期</source>
            <translation>File opened on</translation>
        </message>
        <message>
            <source>建立{code}</source>
            <translation>{code} set up</translation>
        </message>
        <message>
            <source>建立区政协和两个站点</source>
            <translation>Set up a district and two stations</translation>
        </message>
        <message>
            <source>建立日期</source>
            <translation>Founded on</translation>
        </message>
        <message>
            <source>建言成果</source>
            <translation>Advice given</translation>
        </message>
        <message>
            <source>建议</source>
            <translation>Suggestion</translation>
        </message>
        <message>
            <source>建议内容</source>
            <translation>Text of the suggestion</translation>
        </message>
        <message>
            <source>开始</source>
            <translation>From</translation>
        </message>
        <message>
            <source>开始使用</source>
            <translation>Start</translation>
        </message>
        <message>
            <source>开始办理</source>
            <translation>Begin</translation>
        </message>
        <message>
            <source>开始报名</source>
            <translation>Open sign-up</translation>
        </message>
        <message>
            <source>开始日期</source>
            <translation>First day</translation>
        </message>
        <message>
            <source>开始时间</source>
            <translation>Start time</translation>
        </message>
        <message>
            <source>开始签到</source>
            <translation>Start sign-in</translation>
        </message>
        <message>
            <source>开幕日期</source>
            <translation>Opened on</translation>
        </message>
        <message>
            <source>开放时间</source>
            <translation>Opening hours</translation>
        </message>
        <message>
            <source>归属</source>
            <translation>Belongs to</translation>
        </message>
        <message>
            <source>归属记录</source>
            <translation>Record it belongs to</translation>
        </message>
        <message>
            <source>归档</source>
            <translation>Archive</translation>
        </message>
        <message>
            <source>归档…</source>
            <translation>Archive…</translation>
        </message>
        <message>
            <source>归档以后件号和页数不再变，更正会写进备考表。</source>
            <translation>Once archived, item numbers and pages do not change; corrections go on the box note sheet.</translation>
        </message>
        <message>
            <source>归档文件</source>
            <translation>Archived items</translation>
        </message>
        <message>
            <source>归档盒每件从正面起，背面可能空着；打印机只能印单面的请关掉。</source>
            <translation>Each item of an archive box begins on a front side, so backs may be empty; switch it off for a one-sided printer.</translation>
        </message>
        <message>
            <source>归档盒的 PDF 放在哪里</source>
            <translation>Where to put the PDFs of the archive boxes</translation>
        </message>
        <message>
            <source>录像请剪短，扫描件请降低分辨率后再添加。</source>
            <translation>Please shorten the video or lower the resolution of the scan, then add it.</translation>
        </message>
        <message>
            <source>录入</source>
            <translation>Entry</translation>
        </message>
        <message>
            <source>录入一条记录，或从标准输入逐行录入</source>
            <translation>enter a record, or one record a line from standard input</translation>
        </message>
        <message>
            <source>录入人</source>
            <translation>Entered by</translation>
        </message>
        <message>
            <source>形式</source>
            <translation>Form</translation>
        </message>
        <message>
            <source>待办</source>
            <translation>To do</translation>
        </message>
        <message>
            <source>待取回执</source>
            <translation>Receipts waiting</translation>
        </message>
        <message>
            <source>待合并</source>
            <translation>Waiting to be merged</translation>
        </message>
        <message>
            <source>待审</source>
            <translation>Under review</translation>
        </message>
        <message>
            <source>待送</source>
            <translation>To be sent</translation>
        </message>
        <message>
            <source>很久没有备份了</source>
            <translation>no backup for a long time</translation>
        </message>
        <message>
            <source>微协商没有“{side}”到场。</source>
            <translation>Nobody of "{side}" attended the micro-consultation.</translation>
        </message>
        <message>
            <source>必填</source>
            <translation>Required</translation>
        </message>
        <message>
            <source>忘了口令、换了电脑时，只能靠它打开。这里只显示这一次。</source>
            <translation>When the passphrase is forgotten or the computer replaced, only this opens the records. It is shown this once.</translation>
        </message>
        <message>
            <source>忘了口令、换了电脑时，只能靠它打开。这里只显示这一次；旧的恢复码从现在起作废，但仍能打开以前的备份。</source>
            <translation>If the passphrase is forgotten or the computer replaced, only this opens it. It is shown only this once; the old recovery code is void from now on, but still opens earlier backups.</translation>
        </message>
        <message>
            <source>忘了这份根钥匙的口令时，只能靠它打开。这里只显示这一次；请不要和存根钥匙的U盘放在一起。</source>
            <translation>If the passphrase of this root key is forgotten, only this opens it. It is shown only this once; do not keep it with the stick that holds the root key.</translation>
        </message>
        <message>
            <source>快到期或已到期；到期只提醒，不影响使用。</source>
            <translation>It has expired or soon will; that is only a reminder, everything still works.</translation>
        </message>
        <message>
            <source>性别</source>
            <translation>Sex</translation>
        </message>
        <message>
            <source>总登记与日志不一致：{which}。</source>
            <translation>The register of records does not agree with the journal: {which}.</translation>
        </message>
        <message>
            <source>恢复、换电脑或重建以后，来了多少、缺什么。</source>
            <translation>What came and what is missing after a restore, another computer or a rebuild.</translation>
        </message>
        <message>
            <source>恢复使用</source>
            <translation>Back in use</translation>
        </message>
        <message>
            <source>恢复办理</source>
            <translation>Resume</translation>
        </message>
        <message>
            <source>恢复码</source>
            <translation>Recovery code</translation>
        </message>
        <message>
            <source>恢复码抄写有误：应有{wanted}个字母或数字，现有{n}个。</source>
            <translation>The recovery code was copied wrongly: it has {wanted} letters or digits, this one has {n}.</translation>
        </message>
        <message>
            <source>恢复码没有填。</source>
            <translation>The recovery code is not filled in.</translation>
        </message>
        <message>
            <source>恢复码：请打印或抄下来</source>
            <translation>Recovery code: please print it or write it down</translation>
        </message>
        <message>
            <source>恢复资格</source>
            <translation>Reinstate</translation>
        </message>
        <message>
            <source>情况</source>
            <translation>Account</translation>
        </message>
        <message>
            <source>意见建议</source>
            <translation>Suggestion</translation>
        </message>
        <message>
            <source>成员</source>
            <translation>Members</translation>
        </message>
        <message>
            <source>成员与收入</source>
            <translation>Members and income</translation>
        </message>
        <message>
            <source>成效</source>
            <translation>Results</translation>
        </message>
        <message>
            <source>成立日期</source>
            <translation>Founded on</translation>
        </message>
        <message>
            <source>户主</source>
            <translation>Head of household</translation>
        </message>
        <message>
            <source>户主同意建档和使用其信息的日期。</source>
            <translation>The day on which the head agreed to the file and the use of its data.</translation>
        </message>
        <message>
            <source>户主是“{head}”，成员里的户主是“{name}”。</source>
            <translation>The head of household is "{head}", but the members name "{name}".</translation>
        </message>
        <message>
            <source>户主（群众档案）</source>
            <translation>Head of household (citizen's file)</translation>
        </message>
        <message>
            <source>所在乡镇、街道</source>
            <translation>Town or subdistrict</translation>
        </message>
        <message>
            <source>所在乡镇（街道）</source>
            <translation>Town (subdistrict)</translation>
        </message>
        <message>
            <source>所在工作室</source>
            <translation>Studio</translation>
        </message>
        <message>
            <source>所在联系点</source>
            <translation>Contact point</translation>
        </message>
        <message>
            <source>所属界别群众</source>
            <translation>Sector's people</translation>
        </message>
        <message>
            <source>所涉记录</source>
            <translation>Record concerned</translation>
        </message>
        <message>
            <source>所涉记录是{owner}的，不能交给{station}看。</source>
            <translation>The record belongs to {owner}; {station} may not see it.</translation>
        </message>
        <message>
            <source>所涉记录的 uid 或编号；不写站码时交给它的站点</source>
            <translation>The record concerned, by uid or number; without a station code its own station gets the task</translation>
        </message>
        <message>
            <source>手机</source>
            <translation>Mobile telephone</translation>
        </message>
        <message>
            <source>手机号11位，座机请带区号；确实如此的，写明理由后保留。</source>
            <translation>A mobile number has 11 digits, a landline needs its area code; if it is right, keep it with a reason.</translation>
        </message>
        <message>
            <source>打不开：系统钥匙串取不到密钥（{reason}），也没有口令。</source>
            <translation>It does not open: the system keyring gives no key ({reason}), and there is no passphrase.</translation>
        </message>
        <message>
            <source>打印</source>
            <translation>Print</translation>
        </message>
        <message>
            <source>打印和归档</source>
            <translation>Printing and archiving</translation>
        </message>
        <message>
            <source>打印回执单</source>
            <translation>Print the hand-over slip</translation>
        </message>
        <message>
            <source>打印年度归档盒</source>
            <translation>Print the year's archive boxes</translation>
        </message>
        <message>
            <source>打印恢复码</source>
            <translation>Print the recovery code</translation>
        </message>
        <message>
            <source>打印时遮住电话</source>
            <translation>Mask telephone numbers in print</translation>
        </message>
        <message>
            <source>打印的文书总是中文。</source>
            <translation>Printed papers are always in Chinese.</translation>
        </message>
        <message>
            <source>打印记录、空白表或一年的归档盒，存为 PDF</source>
            <translation>print records, a blank form or a year's archive boxes as PDF</translation>
        </message>
        <message>
            <source>打印预览</source>
            <translation>Print preview</translation>
        </message>
        <message>
            <source>打开</source>
            <translation>Open</translation>
        </message>
        <message>
            <source>打开一个备份，全部核对一遍</source>
            <translation>open a backup and check all of it</translation>
        </message>
        <message>
            <source>打开站点文件</source>
            <translation>Open the station's file</translation>
        </message>
        <message>
            <source>打开第二签名</source>
            <translation>Switch second signatures on</translation>
        </message>
        <message>
            <source>打开第二签名…</source>
            <translation>Switch second signatures on…</translation>
        </message>
        <message>
            <source>打开这份数据</source>
            <translation>Opening these data</translation>
        </message>
        <message>
            <source>打开这条记录</source>
            <translation>Open this record</translation>
        </message>
        <message>
            <source>打开重建文件夹…</source>
            <translation>Open rebuild folder…</translation>
        </message>
        <message>
            <source>打开：{label}</source>
            <translation>Open: {label}</translation>
        </message>
        <message>
            <source>执行中</source>
            <translation>in force</translation>
        </message>
        <message>
            <source>批次</source>
            <translation>Batch</translation>
        </message>
        <message>
            <source>批注</source>
            <translation>Remark</translation>
        </message>
        <message>
            <source>找不到“{place}”，或读写到一半断开了。</source>
            <translation>"{place}" cannot be found, or the connection broke while reading or writing.</translation>
        </message>
        <message>
            <source>找不到记录“{name}”。</source>
            <translation>There is no record "{name}".</translation>
        </message>
        <message>
            <source>找人、找事、找编号：字、词或拼音首字母（Ctrl+F）</source>
            <translation>Find people, matters and numbers: character, word or pinyin initials (Ctrl+F)</translation>
        </message>
        <message>
            <source>找到{n}条。</source>
            <translation>{n} found.</translation>
        </message>
        <message>
            <source>找到{n}条以上。</source>
            <translation>More than {n} found.</translation>
        </message>
        <message>
            <source>找到的记录</source>
            <translation>Records found</translation>
        </message>
        <message>
            <source>找到重建文件，来自“{name}”（{code}）。</source>
            <translation>Rebuild files found, from "{name}" ({code}).</translation>
        </message>
        <message>
            <source>承办单位</source>
            <translation>Handling unit</translation>
        </message>
        <message>
            <source>承办委员</source>
            <translation>Handling members</translation>
        </message>
        <message>
            <source>抄送</source>
            <translation>Copies to</translation>
        </message>
        <message>
            <source>把全文写到文件（明文，请妥善保管）</source>
            <translation>write the whole text to a file (not encrypted, keep it safe)</translation>
        </message>
        <message>
            <source>把照片、文件拖到这里，或按 Ctrl+V 粘贴截图。</source>
            <translation>Drag photos and files here, or paste a screenshot with Ctrl+V.</translation>
        </message>
        <message>
            <source>把等待签名的草稿写到这里</source>
            <translation>write the draft that waits for signatures here</translation>
        </message>
        <message>
            <source>把还没有回执的记录打成数据包</source>
            <translation>pack the records that no receipt covers into bundles</translation>
        </message>
        <message>
            <source>报名</source>
            <translation>Sign-up</translation>
        </message>
        <message>
            <source>报送</source>
            <translation>Hand-over</translation>
        </message>
        <message>
            <source>拍摄日期</source>
            <translation>Taken on</translation>
        </message>
        <message>
            <source>拍摄日期；不写则取照片里的</source>
            <translation>day it was taken; when left out, the photo's own</translation>
        </message>
        <message>
            <source>挂牌日期</source>
            <translation>Plaque put up on</translation>
        </message>
        <message>
            <source>挂起</source>
            <translation>On hold</translation>
        </message>
        <message>
            <source>挂起至</source>
            <translation>On hold until</translation>
        </message>
        <message>
            <source>指标</source>
            <translation>Items</translation>
        </message>
        <message>
            <source>指纹</source>
            <translation>Fingerprint</translation>
        </message>
        <message>
            <source>指纹不一致：文件里的是 {shown}。</source>
            <translation>The fingerprints differ: the file has {shown}.</translation>
        </message>
        <message>
            <source>按“{urgency}”应在{day}前办结，请填写。</source>
            <translation>By the urgency "{urgency}" it must be closed by {day}; please fill it in.</translation>
        </message>
        <message>
            <source>按“名称统一”的要求请写“……委员工作室”；确有批准名称的，写明理由后保留。</source>
            <translation>For unified names please write "……委员工作室" (member studio of …); keep an approved name with a reason.</translation>
        </message>
        <message>
            <source>按出生日期是{told}岁，登记的年龄是{age}岁。</source>
            <translation>By the date of birth the age is {told}, but {age} is entered.</translation>
        </message>
        <message>
            <source>按区域编的学习组填写。</source>
            <translation>For study groups formed by area.</translation>
        </message>
        <message>
            <source>按区级的数据重建站点：区级用 --for 写文件，新电脑用 --from-district 装入</source>
            <translation>rebuild a station from the district's data: the district writes with --for, the new computer takes in with --from-district</translation>
        </message>
        <message>
            <source>按区里的数据重建</source>
            <translation>Rebuilt from the district's data</translation>
        </message>
        <message>
            <source>按哪一栏排；写成 --order=-day 为从后往前</source>
            <translation>field to sort by; --order=-day sorts backwards</translation>
        </message>
        <message>
            <source>按字、词、拼音首字母查找</source>
            <translation>find by character, word or pinyin initials</translation>
        </message>
        <message>
            <source>按日志重建时出错：{reason}。</source>
            <translation>An error while rebuilding from the journal: {reason}.</translation>
        </message>
        <message>
            <source>按种类查看</source>
            <translation>By kind</translation>
        </message>
        <message>
            <source>按站分成几份，用 Citus 时写1</source>
            <translation>into how many parts by station; 1 with Citus</translation>
        </message>
        <message>
            <source>取消</source>
            <comment>按钮</comment>
            <translation>Cancel</translation>
        </message>
        <message>
            <source>撤销</source>
            <comment>按钮</comment>
            <translation>Undo</translation>
        </message>
        <message>
            <source>栏目</source>
            <comment>按钮</comment>
            <translation>Columns</translation>
        </message>
        <message>
            <source>按键</source>
            <translation>Key</translation>
        </message>
        <message>
            <source>换一个恢复码，旧的作废</source>
            <translation>make a new recovery code; the old one is void</translation>
        </message>
        <message>
            <source>换了以后要把登记申请送到区里，打电话核对指纹。登记以前上报的文件在区里等着，登记以后照收。</source>
            <translation>Afterwards the enrolment request goes to the district and the fingerprint is compared by telephone. Files handed over before that wait at the district and are taken in once it has enrolled the key.</translation>
        </message>
        <message>
            <source>换了区里的电脑，或区里要求重新登记时用。</source>
            <translation>For a new computer at the district, or when the district asks for it.</translation>
        </message>
        <message>
            <source>换了或添了电脑：把本站已收到的记录和附件写给选中的这台。</source>
            <translation>A computer was replaced or added: write all records and attachments received from the station for the chosen one.</translation>
        </message>
        <message>
            <source>换了电脑或硬盘坏了：用 U 盘上的备份恢复。</source>
            <translation>A new computer, or the disk broke: restore from a backup on a stick.</translation>
        </message>
        <message>
            <source>换了钥匙</source>
            <translation>keys changed</translation>
        </message>
        <message>
            <source>换口令…</source>
            <translation>Change passphrase…</translation>
        </message>
        <message>
            <source>换口令、换恢复码、改用或不用系统钥匙串</source>
            <translation>change the passphrase or the recovery code, use the system keyring or not</translation>
        </message>
        <message>
            <source>换恢复码</source>
            <translation>Change recovery code</translation>
        </message>
        <message>
            <source>换恢复码…</source>
            <translation>Change recovery code…</translation>
        </message>
        <message>
            <source>换本机的签名钥匙和收件钥匙</source>
            <translation>change the signing key and the receiving key of this computer</translation>
        </message>
        <message>
            <source>换电脑，由{device}接替</source>
            <translation>Computer replaced by {device}</translation>
        </message>
        <message>
            <source>换电脑：同时吊销原来的那台，例如 SQ-1</source>
            <translation>Computer replaced: revoke the old one in the same step, e.g. SQ-1</translation>
        </message>
        <message>
            <source>换钥匙</source>
            <translation>Change keys</translation>
        </message>
        <message>
            <source>换钥匙…</source>
            <translation>Change keys…</translation>
        </message>
        <message>
            <source>授予单位</source>
            <translation>Given by</translation>
        </message>
        <message>
            <source>排出归档盒</source>
            <translation>Lay out archive boxes</translation>
        </message>
        <message numerus="yes">
            <source>排好{n}盒，共{pages}页。</source>
            <translation>
                <numerusform>{n} box laid out, {pages} pages.</numerusform>
                <numerusform>{n} boxes laid out, {pages} pages.</numerusform>
            </translation>
        </message>
        <message>
            <source>排好的 {n}</source>
            <translation>Laid out {n}</translation>
        </message>
        <message>
            <source>排好的文件</source>
            <translation>Files laid out</translation>
        </message>
        <message>
            <source>接下来：接收留存的数据包（import），给每个站点写回执（receipt），再做一把新的应急钥匙（keys escrow new）。</source>
            <translation>Next: take in the bundles that were kept (import), write a receipt for every station (receipt), then make a new escrow key (keys escrow new).</translation>
        </message>
        <message>
            <source>接收站</source>
            <translation>Hub</translation>
        </message>
        <message>
            <source>接收站…</source>
            <translation>Hub…</translation>
        </message>
        <message>
            <source>接收站已停止，还有{n}个数据包等着合并，下次启动时接着做。</source>
            <translation>The hub has stopped; bundles still waiting to be merged: {n}. It goes on at the next start.</translation>
        </message>
        <message numerus="yes">
            <source>接收站正忙，已在排队，约{n}秒后轮到</source>
            <translation>
                <numerusform>Hub busy, waiting in line, about {n} second</numerusform>
                <numerusform>Hub busy, waiting in line, about {n} seconds</numerusform>
            </translation>
        </message>
        <message>
            <source>接收站正忙，稍后自动再试</source>
            <translation>Hub busy, tried again later by itself</translation>
        </message>
        <message>
            <source>接收站由区级公布。</source>
            <translation>The hub is published by the district.</translation>
        </message>
        <message>
            <source>接收站的数据库是由别的版本建立的。</source>
            <translation>The hub's database was made by another version.</translation>
        </message>
        <message>
            <source>接收站的网址写得不对。</source>
            <translation>The address of the hub is not written correctly.</translation>
        </message>
        <message>
            <source>接收站的网址；不写则只看现在公布的</source>
            <translation>The hub's address; without it only what is published now is shown</translation>
        </message>
        <message>
            <source>接收站的进程太多了。</source>
            <translation>There are too many processes of the hub.</translation>
        </message>
        <message>
            <source>接收站证书指纹</source>
            <translation>Fingerprint of the hub's certificate</translation>
        </message>
        <message>
            <source>接收站证书的指纹，区级自制证书又没有公布时用，可写多次</source>
            <translation>Fingerprint of the hub's certificate, for a certificate of the district's own that was not published; may be repeated</translation>
        </message>
        <message>
            <source>接替哪台电脑</source>
            <translation>Replaces which computer</translation>
        </message>
        <message>
            <source>接着用</source>
            <translation>Go on</translation>
        </message>
        <message>
            <source>提出</source>
            <translation>Put forward</translation>
        </message>
        <message>
            <source>提出人</source>
            <translation>Person who made it</translation>
        </message>
        <message>
            <source>提出委员</source>
            <translation>Member who made it</translation>
        </message>
        <message>
            <source>提出日期</source>
            <translation>Put forward on</translation>
        </message>
        <message>
            <source>提醒</source>
            <translation>Warning</translation>
        </message>
        <message>
            <source>提醒 {code}：{sentence}{remedy}</source>
            <translation>Warning {code}: {sentence} {remedy}</translation>
        </message>
        <message>
            <source>插上有备份的 U 盘，选最新的一份。</source>
            <translation>Plug in the stick with the backup and choose the newest one.</translation>
        </message>
        <message>
            <source>搜索索引与记录不一致，可能搜不到。</source>
            <translation>The search index does not agree with the records; searching may miss some.</translation>
        </message>
        <message>
            <source>摘要</source>
            <translation>Digest</translation>
        </message>
        <message>
            <source>撤下</source>
            <translation>Withdraw</translation>
        </message>
        <message>
            <source>撤下一个附件，内容仍可查</source>
            <translation>withdraw an attachment; its content can still be read</translation>
        </message>
        <message>
            <source>撤回保留</source>
            <translation>Do not keep</translation>
        </message>
        <message>
            <source>撤销</source>
            <translation>Removed</translation>
        </message>
        <message>
            <source>撤销一次导入</source>
            <translation>undo an import</translation>
        </message>
        <message>
            <source>撤销以后，这个文件带来的新记录和改动都会拿掉；以后可以再收。</source>
            <translation>All new records and changes that came with this file are taken away; it can be taken in again later.</translation>
        </message>
        <message>
            <source>撤销收件</source>
            <translation>Undo taking in</translation>
        </message>
        <message>
            <source>撤销资格</source>
            <translation>Removal from office</translation>
        </message>
        <message>
            <source>撤销这次收件…</source>
            <translation>Undo this import…</translation>
        </message>
        <message>
            <source>收下</source>
            <translation>Take in</translation>
        </message>
        <message numerus="yes">
            <source>收下{n}个文件</source>
            <translation>
                <numerusform>Take in {n} file</numerusform>
                <numerusform>Take in {n} files</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>收下{n}个文件：新增{new}条、更改{changed}条、冲突{conflicts}条。接着给站点写回执。</source>
            <translation>
                <numerusform>{n} file taken in: {new} new, {changed} changed, {conflicts} in conflict. Next, write receipts for the stations.</numerusform>
                <numerusform>{n} files taken in: {new} new, {changed} changed, {conflicts} in conflict. Next, write receipts for the stations.</numerusform>
            </translation>
        </message>
        <message>
            <source>收下了。各条记录的去向见“去向”。</source>
            <translation>Taken in. See "Whereabouts" for each record.</translation>
        </message>
        <message>
            <source>收下以后的变化</source>
            <translation>Changes when taken in</translation>
        </message>
        <message>
            <source>收下会怎样</source>
            <translation>What taking in does</translation>
        </message>
        <message>
            <source>收下后</source>
            <translation>After</translation>
        </message>
        <message>
            <source>收件</source>
            <translation>Inbox</translation>
        </message>
        <message>
            <source>收件记录</source>
            <translation>Imports</translation>
        </message>
        <message>
            <source>收件记录 {n}</source>
            <translation>Imports {n}</translation>
        </message>
        <message>
            <source>收信日期</source>
            <translation>Letter received on</translation>
        </message>
        <message>
            <source>收入</source>
            <translation>Income</translation>
        </message>
        <message>
            <source>收入类型</source>
            <translation>Kind of income</translation>
        </message>
        <message>
            <source>收到回执以前会再带上，不会重复。</source>
            <translation>Until the receipt has come they go along again; nothing doubles.</translation>
        </message>
        <message>
            <source>收到并合并它的交接文件之后才有回执码。</source>
            <translation>There is a receipt code only once its exchange file has been received and merged.</translation>
        </message>
        <message>
            <source>收到时间</source>
            <translation>Received at</translation>
        </message>
        <message>
            <source>收到的数据包与声明的摘要不符，已丢弃。</source>
            <translation>The bundle received does not match its declared digest and was dropped.</translation>
        </message>
        <message>
            <source>收到的数据包都已处理。</source>
            <translation>All bundles received have been processed.</translation>
        </message>
        <message>
            <source>收区里的回执</source>
            <translation>Take in the district's receipt</translation>
        </message>
        <message>
            <source>收数据包</source>
            <translation>Take in bundles</translation>
        </message>
        <message>
            <source>收起</source>
            <translation>Fold up</translation>
        </message>
        <message>
            <source>收过了</source>
            <translation>taken in before</translation>
        </message>
        <message>
            <source>收错了可以整个撤销，就像没有收过；后面的收件建立在它上面时不能撤销。</source>
            <translation>A whole import can be undone as if it had never come; not when a later one builds on it.</translation>
        </message>
        <message>
            <source>改</source>
            <translation>Changed</translation>
        </message>
        <message>
            <source>改{what}</source>
            <translation>Changed: {what}</translation>
        </message>
        <message>
            <source>改一个词表</source>
            <translation>Change a vocabulary</translation>
        </message>
        <message>
            <source>改了以后再下发。</source>
            <translation>Change it, then send it.</translation>
        </message>
        <message>
            <source>改了哪些</source>
            <translation>Fields changed</translation>
        </message>
        <message>
            <source>改动{n}处</source>
            <translation>{n} changed</translation>
        </message>
        <message>
            <source>改动“{words}”</source>
            <translation>changed “{words}”</translation>
        </message>
        <message numerus="yes">
            <source>改动已写进信任名单第{version}版的草稿，还要{n}把根钥匙签名才生效。</source>
            <translation>
                <numerusform>The change stands in the draft of trust list version {version}; {n} more root key must sign before it is in force.</numerusform>
                <numerusform>The change stands in the draft of trust list version {version}; {n} more root keys must sign before it is in force.</numerusform>
            </translation>
        </message>
        <message>
            <source>放假和调休</source>
            <translation>Holidays and exchanged days</translation>
        </message>
        <message>
            <source>放到哪个文件夹；不写则打开示例站点的窗口</source>
            <translation>folder to put it in; when left out, the window of the sample station opens</translation>
        </message>
        <message>
            <source>放大</source>
            <translation>Larger</translation>
        </message>
        <message>
            <source>放进隔离区</source>
            <translation>Put into quarantine</translation>
        </message>
        <message>
            <source>政协职务</source>
            <translation>Posts in the CPPCC</translation>
        </message>
        <message>
            <source>政协联络站、委员工作室的离线办公台。不带命令时打开窗口。</source>
            <translation>The offline desk of a CPPCC liaison station or member studio. Without a command it opens the window.</translation>
        </message>
        <message>
            <source>政治面貌</source>
            <translation>Political affiliation</translation>
        </message>
        <message>
            <source>敏感信息</source>
            <translation>Sensitive data</translation>
        </message>
        <message>
            <source>散会时间</source>
            <translation>Meeting ended at</translation>
        </message>
        <message>
            <source>数值</source>
            <translation>Figure</translation>
        </message>
        <message>
            <source>数据包</source>
            <translation>Bundle</translation>
        </message>
        <message>
            <source>数据包交接回执</source>
            <translation>Hand-over receipt of a bundle</translation>
        </message>
        <message>
            <source>数据包已收到{n}字节，请从那里接着传。</source>
            <translation>Of the bundle {n} bytes have arrived; continue from there.</translation>
        </message>
        <message>
            <source>数据包的摘要写得不对。</source>
            <translation>The digest of the bundle is not written correctly.</translation>
        </message>
        <message>
            <source>数据包的长度前后不一致。</source>
            <translation>The length of the bundle is not the same as before.</translation>
        </message>
        <message>
            <source>数据包编号，见 import 或 inspect 的回答</source>
            <translation>number of the bundle, see the answer of import or inspect</translation>
        </message>
        <message>
            <source>数据包，或装有数据包的文件夹</source>
            <translation>bundles, or a folder with bundles</translation>
        </message>
        <message>
            <source>数据在 {folder}，口令是 {passphrase}。</source>
            <translation>The data are in {folder}, the passphrase is {passphrase}.</translation>
        </message>
        <message>
            <source>数据太大：一次最多{n} MB。</source>
            <translation>Too large: at most {n} MB at once.</translation>
        </message>
        <message>
            <source>数据存放在：{folder}</source>
            <translation>Data are kept in: {folder}</translation>
        </message>
        <message>
            <source>数据库地址写得不对。</source>
            <translation>The database address is not written correctly.</translation>
        </message>
        <message>
            <source>数据库；不写则用站点文件旁的 SQLite</source>
            <translation>Database; SQLite beside the home when omitted</translation>
        </message>
        <message numerus="yes">
            <source>数据文件有{n}处损坏（{which}）。</source>
            <translation>
                <numerusform>The database file is damaged in {n} place ({which}).</numerusform>
                <numerusform>The database file is damaged in {n} places ({which}).</numerusform>
            </translation>
        </message>
        <message>
            <source>整数</source>
            <translation>a whole number</translation>
        </message>
        <message>
            <source>文书</source>
            <translation>Form</translation>
        </message>
        <message>
            <source>文书A角</source>
            <translation>Clerk A</translation>
        </message>
        <message>
            <source>文书A角和B角是同一个人。</source>
            <translation>Clerk A and clerk B are the same person.</translation>
        </message>
        <message>
            <source>文书B角</source>
            <translation>Clerk B</translation>
        </message>
        <message>
            <source>文书档案是 WS。</source>
            <translation>WS for administrative records.</translation>
        </message>
        <message>
            <source>文件</source>
            <translation>File</translation>
        </message>
        <message>
            <source>文件 {n}</source>
            <translation>Items {n}</translation>
        </message>
        <message>
            <source>文件“{file}”打不开：已损坏，或口令与它不配。</source>
            <translation>The file "{file}" does not open: it is damaged, or the passphrase does not fit it.</translation>
        </message>
        <message>
            <source>文件“{name}”是空的。</source>
            <translation>The file "{name}" is empty.</translation>
        </message>
        <message>
            <source>文件不完整，后面缺了一段。</source>
            <translation>The file is not complete; its end is missing.</translation>
        </message>
        <message>
            <source>文件内部的结构不对：{detail}。</source>
            <translation>The inner structure of the file is wrong: {detail}.</translation>
        </message>
        <message>
            <source>文件可能被调换。请再打一次电话，逐组核对六组数字；没有登记。</source>
            <translation>The file may have been swapped. Call again and compare all six groups of digits; nothing was enrolled.</translation>
        </message>
        <message>
            <source>文件名</source>
            <translation>File name</translation>
        </message>
        <message>
            <source>文件名“{name}”里有不能用的符号。</source>
            <translation>The file name "{name}" contains characters that cannot be used.</translation>
        </message>
        <message>
            <source>文件头的“{field}”不对。</source>
            <translation>The "{field}" in the file's header is wrong.</translation>
        </message>
        <message>
            <source>文件夹</source>
            <translation>Folder</translation>
        </message>
        <message>
            <source>文件夹 {name}（还能放 {free}）</source>
            <translation>Folder {name} ({free} free)</translation>
        </message>
        <message>
            <source>文件夹“{folder}”不是空的。</source>
            <translation>The folder "{folder}" is not empty.</translation>
        </message>
        <message>
            <source>文件夹“{folder}”不能写入。</source>
            <translation>The folder "{folder}" cannot be written to.</translation>
        </message>
        <message>
            <source>文件夹“{folder}”里已经有一个站点。</source>
            <translation>There is already a station in the folder "{folder}".</translation>
        </message>
        <message>
            <source>文件夹“{folder}”里已经有别的文件。</source>
            <translation>There are already other files in the folder "{folder}".</translation>
        </message>
        <message>
            <source>文件夹“{folder}”里没有站点文件。</source>
            <translation>There is no station file in the folder "{folder}".</translation>
        </message>
        <message>
            <source>文件定下的数值</source>
            <translation>Figures it sets</translation>
        </message>
        <message>
            <source>文件已保存在 {path}，可以拷到别的电脑打开。</source>
            <translation>The file is saved in {path}; you can copy it to another computer and open it there.</translation>
        </message>
        <message>
            <source>文件已损坏，或被人改动过。</source>
            <translation>The file is damaged, or somebody altered it.</translation>
        </message>
        <message>
            <source>文件带有第二签名（SM2），信任名单里却没有 {device} 的 SM2 钥匙。</source>
            <translation>The file has a second signature (SM2), but the trust list names no SM2 key of {device}.</translation>
        </message>
        <message>
            <source>文件是空的。</source>
            <translation>The file is empty.</translation>
        </message>
        <message>
            <source>文件是空的（0 字节）。</source>
            <translation>The file is empty (0 bytes).</translation>
        </message>
        <message>
            <source>文件有 {size} 字节，超过了 2 GiB 的上限。</source>
            <translation>The file has {size} bytes, more than the limit of 2 GiB.</translation>
        </message>
        <message>
            <source>文件格式“{found}”不认识。</source>
            <translation>The file format "{found}" is unknown.</translation>
        </message>
        <message>
            <source>文件格式“{found}”早已停用。</source>
            <translation>The file format "{found}" is long out of use.</translation>
        </message>
        <message>
            <source>文件比上次送出时旧，已开始新的编号链。</source>
            <translation>The file is older than what was sent last; a new chain of numbers has begun.</translation>
        </message>
        <message>
            <source>文件类型</source>
            <translation>File type</translation>
        </message>
        <message>
            <source>文件自称来自 {sender}，签名却是 {signer} 的。</source>
            <translation>The file says it comes from {sender}, but it is signed by {signer}.</translation>
        </message>
        <message>
            <source>文件里不是一个 JSON 对象：{detail}</source>
            <translation>The file holds no JSON object: {detail}</translation>
        </message>
        <message>
            <source>文件里应有一行以 AGE-SECRET-KEY-1 开头的字；照纸上抄的请逐字核对。</source>
            <translation>The file should have one line that begins with AGE-SECRET-KEY-1; if it was copied from paper, compare every letter.</translation>
        </message>
        <message>
            <source>文件里是 {device} 的记录，签名的却是 {signer}。</source>
            <translation>The file holds records of {device}, but it is signed by {signer}.</translation>
        </message>
        <message>
            <source>文件里的操作太多（超过 {limit} 条）。</source>
            <translation>The file holds too many operations (more than {limit}).</translation>
        </message>
        <message>
            <source>文件里的条目太多（超过 {limit} 个）。</source>
            <translation>The file holds too many entries (more than {limit}).</translation>
        </message>
        <message>
            <source>文号</source>
            <translation>Number</translation>
        </message>
        <message>
            <source>文字</source>
            <translation>text</translation>
        </message>
        <message>
            <source>新</source>
            <translation>New</translation>
        </message>
        <message>
            <source>新任务{code}“{title}”，{due}前回复。</source>
            <translation>New task {code} “{title}”, to be answered by {due}.</translation>
        </message>
        <message>
            <source>新到的</source>
            <translation>New files</translation>
        </message>
        <message>
            <source>新口令已经设好。</source>
            <translation>The new passphrase is set.</translation>
        </message>
        <message>
            <source>新口令是空的</source>
            <translation>the new passphrase is empty</translation>
        </message>
        <message>
            <source>新口令：</source>
            <translation>New passphrase: </translation>
        </message>
        <message>
            <source>新增</source>
            <translation>New</translation>
        </message>
        <message>
            <source>新增{n}处</source>
            <translation>{n} new</translation>
        </message>
        <message>
            <source>新增{what}</source>
            <translation>New: {what}</translation>
        </message>
        <message>
            <source>新增“{words}”</source>
            <translation>added “{words}”</translation>
        </message>
        <message>
            <source>新建</source>
            <translation>New</translation>
        </message>
        <message>
            <source>新建{kind}</source>
            <translation>New {kind}</translation>
        </message>
        <message>
            <source>新建一个站点</source>
            <translation>set up a station</translation>
        </message>
        <message>
            <source>新建区县政协的文件</source>
            <translation>set up the file of a county or district CPPCC</translation>
        </message>
        <message>
            <source>新建区级办公室</source>
            <translation>Set up a district office</translation>
        </message>
        <message>
            <source>新建相关</source>
            <translation>New related record</translation>
        </message>
        <message>
            <source>新建相关的记录</source>
            <translation>New related record</translation>
        </message>
        <message>
            <source>新建站点</source>
            <translation>Set up a station</translation>
        </message>
        <message>
            <source>新建站点或区县的文件</source>
            <translation>set up the file of a station or district</translation>
        </message>
        <message>
            <source>新电脑：区级写的登记回执文件，其余文件在它旁边</source>
            <translation>New computer: the enrolment answer written by the district; the other files lie beside it</translation>
        </message>
        <message>
            <source>新的口令</source>
            <translation>New passphrase</translation>
        </message>
        <message>
            <source>新的恢复码</source>
            <translation>New recovery code</translation>
        </message>
        <message>
            <source>新的恢复码：{code}
请抄在纸上锁好，旧的已经作废。</source>
            <translation>New recovery code: {code}
Please write it on paper and lock it away; the old one is void.</translation>
        </message>
        <message>
            <source>新记录{code}“{title}”。</source>
            <translation>New record {code} “{title}”.</translation>
        </message>
        <message>
            <source>新钥匙还不在名单里，等区级登记</source>
            <translation>the new key is not on the list yet, it waits for the district</translation>
        </message>
        <message>
            <source>方式</source>
            <translation>Way</translation>
        </message>
        <message>
            <source>方案</source>
            <translation>Scheme</translation>
        </message>
        <message>
            <source>方案《{title}》自{since}起执行，共{n}项。</source>
            <translation>Scheme “{title}” is in force from {since}; items: {n}.</translation>
        </message>
        <message>
            <source>方案审批人</source>
            <translation>Scheme approved by</translation>
        </message>
        <message>
            <source>无</source>
            <translation>none</translation>
        </message>
        <message>
            <source>日历</source>
            <translation>Calendar</translation>
        </message>
        <message>
            <source>休息</source>
            <comment>日历</comment>
            <translation>Day off</translation>
        </message>
        <message>
            <source>工作</source>
            <comment>日历</comment>
            <translation>Working day</translation>
        </message>
        <message>
            <source>法定</source>
            <comment>日历</comment>
            <translation>Public holiday</translation>
        </message>
        <message>
            <source>日常</source>
            <translation>Daily work</translation>
        </message>
        <message>
            <source>日志是完好的，重建即可恢复（check --deep --mend），内容不会丢。</source>
            <translation>The journal is intact; rebuilding restores it (check --deep --mend), nothing is lost.</translation>
        </message>
        <message>
            <source>日志链断开或被改动：{which}。</source>
            <translation>The journal's chain is broken or was altered: {which}.</translation>
        </message>
        <message>
            <source>日期</source>
            <translation>Date</translation>
        </message>
        <message>
            <source>日期都要在代号写的那一年里，同一天只写一次。</source>
            <translation>All days must be in the year of the code, each once.</translation>
        </message>
        <message>
            <source>旧钥匙可能外泄：区里没收到的一律重报</source>
            <translation>The old key may have leaked: all that the district has not received is sent again</translation>
        </message>
        <message>
            <source>时间</source>
            <translation>Time</translation>
        </message>
        <message>
            <source>时间地点</source>
            <translation>Time and place</translation>
        </message>
        <message>
            <source>时限</source>
            <translation>Due</translation>
        </message>
        <message>
            <source>星期一|星期二|星期三|星期四|星期五|星期六|星期日</source>
            <translation>Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday</translation>
        </message>
        <message>
            <source>是</source>
            <translation>Yes</translation>
        </message>
        <message>
            <source>是{same}，关联</source>
            <translation>Link: {same}</translation>
        </message>
        <message>
            <source>是{station}的记录，本站只能看。</source>
            <translation>This is a record of {station}; it can only be read here.</translation>
        </message>
        <message>
            <source>是或否</source>
            <translation>yes or no</translation>
        </message>
        <message>
            <source>是本站另一台电脑的附件；下次与区级交接时会带来，不用再做什么。</source>
            <translation>They belong to another computer of this station and come with the next exchange; nothing to do.</translation>
        </message>
        <message>
            <source>是现在用的应急钥匙。</source>
            <translation>It is the escrow key in use.</translation>
        </message>
        <message>
            <source>显示</source>
            <translation>Display</translation>
        </message>
        <message>
            <source>显示回执码</source>
            <translation>Show receipt code</translation>
        </message>
        <message>
            <source>显示这份说明</source>
            <translation>show this help</translation>
        </message>
        <message>
            <source>更多步骤</source>
            <translation>More steps</translation>
        </message>
        <message>
            <source>更大的照片存入时缩小，原文件不动。</source>
            <translation>Larger photos are scaled down when saved; the original file is not touched.</translation>
        </message>
        <message>
            <source>更改</source>
            <translation>Changed</translation>
        </message>
        <message>
            <source>更正</source>
            <translation>Correct</translation>
        </message>
        <message>
            <source>更正一条记录</source>
            <translation>correct a record</translation>
        </message>
        <message>
            <source>更正要写明原因。</source>
            <translation>A correction needs a reason.</translation>
        </message>
        <message>
            <source>最后改动</source>
            <translation>Last change</translation>
        </message>
        <message>
            <source>最多</source>
            <translation>At most</translation>
        </message>
        <message>
            <source>最多6个。</source>
            <translation>At most 6.</translation>
        </message>
        <message>
            <source>最多{limit}个字。</source>
            <translation>At most {limit} characters.</translation>
        </message>
        <message>
            <source>最多{n}个；请先停掉一些再启动。</source>
            <translation>There may be {n} at most; please stop some before starting more.</translation>
        </message>
        <message>
            <source>最多几对；0 表示全部</source>
            <translation>most pairs shown; 0 shows all</translation>
        </message>
        <message>
            <source>最多几条</source>
            <translation>how many at most</translation>
        </message>
        <message>
            <source>最多几条；0 表示全部</source>
            <translation>how many at most; 0 means all</translation>
        </message>
        <message>
            <source>最少</source>
            <translation>At least</translation>
        </message>
        <message>
            <source>最接近的是“{near}”。</source>
            <translation>The nearest is "{near}".</translation>
        </message>
        <message>
            <source>最接近的是“{near}”（{label}）；全部栏目用 kinds {key} 查看。</source>
            <translation>The nearest is "{near}" ({label}); see all fields with kinds {key}.</translation>
        </message>
        <message>
            <source>最接近的是“{near}”（{title}）。</source>
            <translation>The nearest is "{near}" ({title}).</translation>
        </message>
        <message>
            <source>最接近的是“{near}”（{title}）；全部表格用 forms 查看。</source>
            <translation>The nearest is "{near}" ({title}); see all forms with forms.</translation>
        </message>
        <message>
            <source>最接近的是“{near}”，请从列表中选。</source>
            <translation>The nearest is "{near}"; please choose from the list.</translation>
        </message>
        <message>
            <source>最接近的是“{near}”；全部栏目用 kinds {key} 查看。</source>
            <translation>The nearest is "{near}"; see all fields with kinds {key}.</translation>
        </message>
        <message>
            <source>最接近的是“{near}”；全部用 {program} --help 查看。</source>
            <translation>The nearest is "{near}"; see all with {program} --help.</translation>
        </message>
        <message>
            <source>最近一次</source>
            <translation>Last time</translation>
        </message>
        <message>
            <source>最近一次报送</source>
            <translation>Last report</translation>
        </message>
        <message>
            <source>最近一次收到：{file}。</source>
            <translation>Received last: {file}.</translation>
        </message>
        <message>
            <source>最近回执</source>
            <translation>Last receipt</translation>
        </message>
        <message>
            <source>最近收到</source>
            <translation>Last bundle</translation>
        </message>
        <message>
            <source>最近的数据包</source>
            <translation>Latest bundles</translation>
        </message>
        <message>
            <source>月底交区里</source>
            <translation>Month-end hand-over</translation>
        </message>
        <message>
            <source>有</source>
            <translation>yes</translation>
        </message>
        <message numerus="yes">
            <source>有{n}个字没有字形，印成“〓”，请打印后手工填写：{told}</source>
            <translation>
                <numerusform>{n} character has no glyph and is printed as "〓"; please write it in by hand: {told}</numerusform>
                <numerusform>{n} characters have no glyph and are printed as "〓"; please write them in by hand: {told}</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>有{n}个字没有字形，打开文件可以看到是哪些。</source>
            <translation>
                <numerusform>{n} character has no glyph; open the file to see which.</numerusform>
                <numerusform>{n} characters have no glyph; open the file to see which.</numerusform>
            </translation>
        </message>
        <message>
            <source>有{n}个字，最多{limit}个字。</source>
            <translation>It has {n} characters, {limit} at most.</translation>
        </message>
        <message numerus="yes">
            <source>有{n}个新的回执，收下后新确认{m}条。</source>
            <translation>
                <numerusform>{n} new receipt; taking it in confirms {m} more records.</numerusform>
                <numerusform>{n} new receipts; taking them in confirms {m} more records.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>有{n}个附件的文件不在本机。</source>
            <translation>
                <numerusform>The file of {n} attachment is not on this computer.</numerusform>
                <numerusform>The files of {n} attachments are not on this computer.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>有{n}处要改：{sentence}</source>
            <translation>
                <numerusform>{n} thing to correct: {sentence}</numerusform>
                <numerusform>{n} things to correct: {sentence}</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>有{n}条由更新版本写成，已原样保存；更新本机程序后可以查看。</source>
            <translation>
                <numerusform>{n} record was written by a newer version and is kept as it is; update the program here to read it.</numerusform>
                <numerusform>{n} records were written by a newer version and are kept as they are; update the program here to read them.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>有{n}条记录不合要求，已原样保存并列入隔离区，其余都已合并。</source>
            <translation>
                <numerusform>{n} record does not meet the rules; it is kept as it is and listed in quarantine, all others are merged.</numerusform>
                <numerusform>{n} records do not meet the rules; they are kept as they are and listed in quarantine, all others are merged.</numerusform>
            </translation>
        </message>
        <message>
            <source>有{n}条记录区里现在没有，要重新上报。</source>
            <translation>Records that the district lacks now and that go again: {n}.</translation>
        </message>
        <message numerus="yes">
            <source>有{n}条记录还没有报到区里，最早的是{since}。</source>
            <translation>
                <numerusform>{n} record has not been handed over yet, of {since}.</numerusform>
                <numerusform>{n} records have not been handed over yet, the earliest of {since}.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>有{n}段内容不属于任何一条日志。</source>
            <translation>
                <numerusform>{n} piece of content belongs to no journal entry.</numerusform>
                <numerusform>{n} pieces of content belong to no journal entry.</numerusform>
            </translation>
        </message>
        <message>
            <source>有。它能打开以后的全部数据包，请锁在别处；再做一把，新的就代替它，旧的仍要留着。</source>
            <translation>Yes. It opens all bundles from now on; lock it away elsewhere. Another one takes its place; keep the old one too.</translation>
        </message>
        <message>
            <source>有不一致的内容，请先到“冲突”选定以哪一个为准。</source>
            <translation>Contents differ; please choose first under "Conflicts" which one counts.</translation>
        </message>
        <message>
            <source>有个人信息的</source>
            <translation>Personal data</translation>
        </message>
        <message>
            <source>有了新的记录再导出；要重新导出全部内容，请选“全部导出”（--all）。</source>
            <translation>Export again when there are new records; to export all content again, choose "Export everything" (--all).</translation>
        </message>
        <message>
            <source>有了系统钥匙串，口令可以不填；填了，换电脑时也能用。</source>
            <translation>With the system keyring the passphrase may be left empty; with one, the data also open on a new computer.</translation>
        </message>
        <message>
            <source>有冲突</source>
            <translation>In conflict</translation>
        </message>
        <message>
            <source>有冲突的记录</source>
            <translation>Records in conflict</translation>
        </message>
        <message>
            <source>有别的电脑认不出的自造字：{list}。</source>
            <translation>It holds private characters that other computers do not know: {list}.</translation>
        </message>
        <message>
            <source>有待定的冲突。</source>
            <translation>There is a conflict that is not decided.</translation>
        </message>
        <message>
            <source>有效</source>
            <translation>In force</translation>
        </message>
        <message>
            <source>有效期到</source>
            <translation>Valid until</translation>
        </message>
        <message>
            <source>有效期到{day}。</source>
            <translation>Valid until {day}.</translation>
        </message>
        <message>
            <source>有敏感信息的</source>
            <translation>Sensitive data</translation>
        </message>
        <message>
            <source>有没存完的记录，点开接着写。</source>
            <translation>Some records are not finished; click one to go on.</translation>
        </message>
        <message>
            <source>有没存的改动</source>
            <translation>Changes not saved</translation>
        </message>
        <message>
            <source>有没报送的记录时，到期提醒带U盘去区里；0表示不提醒。</source>
            <translation>When records wait to be handed over, reminds you to take the stick to the district; 0 never reminds.</translation>
        </message>
        <message>
            <source>有的步骤要写明原因</source>
            <translation>some steps need a reason</translation>
        </message>
        <message>
            <source>有问题的文件和记录单独放着，不影响别的。弄清原因后再收一次，或者丢弃。</source>
            <translation>Files and records with problems are set apart and disturb nothing else. Find the cause, then take them in again or throw them away.</translation>
        </message>
        <message>
            <source>有问题，要隔离</source>
            <translation>Has a problem, to quarantine</translation>
        </message>
        <message>
            <source>服务人数</source>
            <translation>People served</translation>
        </message>
        <message>
            <source>期号</source>
            <translation>Issue number</translation>
        </message>
        <message>
            <source>期限</source>
            <translation>Period</translation>
        </message>
        <message>
            <source>未命名</source>
            <translation>untitled</translation>
        </message>
        <message>
            <source>未填经办人</source>
            <translation>Operator not filled in</translation>
        </message>
        <message>
            <source>未完成</source>
            <translation>Not finished</translation>
        </message>
        <message>
            <source>未报名到会</source>
            <translation>Came without sign-up</translation>
        </message>
        <message>
            <source>未报送</source>
            <translation>Not handed over</translation>
        </message>
        <message>
            <source>未联网</source>
            <translation>Offline</translation>
        </message>
        <message>
            <source>未联网，上次报送 {time}</source>
            <translation>Offline, last handed over {time}</translation>
        </message>
        <message>
            <source>未送出 {n} 条</source>
            <translation>{n} not sent</translation>
        </message>
        <message>
            <source>本人同意登记和使用其信息的日期。</source>
            <translation>The day on which the person agreed to be entered and to the use of the data.</translation>
        </message>
        <message>
            <source>本区的信任名单里没有“{device}”。</source>
            <translation>“{device}” is not on this district's trust list.</translation>
        </message>
        <message>
            <source>本地</source>
            <translation>Local</translation>
        </message>
        <message>
            <source>本届开始</source>
            <translation>Term begins</translation>
        </message>
        <message>
            <source>本届结束</source>
            <translation>Term ends</translation>
        </message>
        <message>
            <source>本月各站都报了。只算联网报送的，U盘交的看办公台的“站点”页。</source>
            <translation>Every station has reported this month. Only the network counts here; for USB sticks see “Stations” at the desk.</translation>
        </message>
        <message>
            <source>本月已报</source>
            <translation>Reported this month</translation>
        </message>
        <message>
            <source>本月未报</source>
            <translation>Not yet this month</translation>
        </message>
        <message>
            <source>本月还没有联网报送：{names}。U盘交的看办公台的“站点”页。</source>
            <translation>Not heard over the network this month: {names}. For USB sticks see “Stations” at the desk.</translation>
        </message>
        <message>
            <source>本机</source>
            <translation>This computer</translation>
        </message>
        <message>
            <source>本机已经登记为{device}，不能再改。</source>
            <translation>This computer is enrolled as {device}; that cannot be changed any more.</translation>
        </message>
        <message>
            <source>本机恢复过较旧的备份：{device} 已收下区级的 {dev} 第{first}至{last}号（更正、退回、任务等），本机没有了。请给该站点发回执，它下次上报时会送回来。</source>
            <translation>This computer was set back by an older backup: {device} took in numbers {first} to {last} of {dev} from the district (corrections, returns, tasks), which are no longer here. Send that station a receipt; it brings them back with its next report.</translation>
        </message>
        <message>
            <source>本机指纹</source>
            <translation>Fingerprint of this computer</translation>
        </message>
        <message>
            <source>本机换了钥匙，区里还没有登记，联网报送先等着。</source>
            <translation>The keys of this computer changed and the district has not enrolled the new ones; sending over the network waits.</translation>
        </message>
        <message>
            <source>本机换了钥匙，请把登记申请交给区里；登记以前联网报送先等着，记录照常录入，一条不会丢。</source>
            <translation>The keys of this computer changed: give the request file to the district. Until they are enrolled sending over the network waits; work on, nothing is lost.</translation>
        </message>
        <message>
            <source>本机改为本站第{n}台电脑，编号随之更换</source>
            <translation>This became computer {n} of the station, so the number changed</translation>
        </message>
        <message>
            <source>本机现在是{device}，{n}条记录换了新编号。</source>
            <translation>This computer is now {device}; {n} records got a new number.</translation>
        </message>
        <message>
            <source>本机的备份</source>
            <translation>Backups on this computer</translation>
        </message>
        <message>
            <source>本机的根钥匙</source>
            <translation>Root key on this computer</translation>
        </message>
        <message>
            <source>本机的说明</source>
            <translation>Notice of this computer</translation>
        </message>
        <message>
            <source>本机的钥匙</source>
            <translation>Keys of this computer</translation>
        </message>
        <message>
            <source>本机编号链</source>
            <translation>Chain of this computer</translation>
        </message>
        <message>
            <source>本机（{code}）写的</source>
            <translation>Written on this computer ({code})</translation>
        </message>
        <message>
            <source>本程序需要 ReportLab {wanted} 版，这里装的是 {found} 版，不能打印。</source>
            <translation>This program needs ReportLab {wanted}, but {found} is installed here; nothing can be printed.</translation>
        </message>
        <message>
            <source>本站另一台电脑（{dev}）写的内容已带到本机：新增{new}条，更改{changed}条。</source>
            <translation>What another computer of this station ({dev}) wrote has come here: {new} new, {changed} changed.</translation>
        </message>
        <message>
            <source>本站没有新的记录要送。</source>
            <translation>This station has no new records to send.</translation>
        </message>
        <message>
            <source>本站的指纹（念给区里听）</source>
            <translation>Fingerprint of this station (read it to the district)</translation>
        </message>
        <message>
            <source>本站第几台电脑</source>
            <translation>Computer number</translation>
        </message>
        <message>
            <source>本站还没有在区级登记，不能交接数据。</source>
            <translation>This station is not enrolled with the district yet and cannot exchange data.</translation>
        </message>
        <message>
            <source>本站还没有在区级登记：请在“月底交区里”页点“登记”，把申请文件交给区里。</source>
            <translation>This station is not enrolled with the district yet: press "Enrol" on the page "Month-end hand-over" and give the request file to the district.</translation>
        </message>
        <message>
            <source>本职与联系</source>
            <translation>Main job and contact</translation>
        </message>
        <message>
            <source>本职工作</source>
            <translation>Main job</translation>
        </message>
        <message>
            <source>机构</source>
            <translation>Organisation</translation>
        </message>
        <message>
            <source>机构和人员</source>
            <translation>Bodies and people</translation>
        </message>
        <message>
            <source>机构（问题）代码</source>
            <translation>Code of the office (function)</translation>
        </message>
        <message>
            <source>材料不齐也归档，缺什么印在备考表上</source>
            <translation>archive even with papers missing; what is missing is printed on the box note sheet</translation>
        </message>
        <message>
            <source>条件或理由</source>
            <translation>Condition or reason</translation>
        </message>
        <message>
            <source>条数</source>
            <translation>Number</translation>
        </message>
        <message>
            <source>来信、信箱必填。</source>
            <translation>Required for a letter or the letter box.</translation>
        </message>
        <message>
            <source>来源</source>
            <translation>Source</translation>
        </message>
        <message>
            <source>来自民情日志</source>
            <translation>From journal entry</translation>
        </message>
        <message>
            <source>查找</source>
            <translation>Find</translation>
        </message>
        <message>
            <source>查清后放行，重新导入</source>
            <translation>release once the cause is known and import again</translation>
        </message>
        <message>
            <source>查看或更改设置</source>
            <translation>see or change the settings</translation>
        </message>
        <message>
            <source>查验一个数据包，不导入</source>
            <translation>check a bundle without importing it</translation>
        </message>
        <message>
            <source>标为辅助力量，没有填本人同意的日期。</source>
            <translation>Ticked as a helper, but the day of consent is not filled in.</translation>
        </message>
        <message>
            <source>标了“实事”，办理结果是“{result}”，不计入实事件数。</source>
            <translation>"Practical deed" is ticked, but the result is "{result}"; it does not count as a deed.</translation>
        </message>
        <message numerus="yes">
            <source>标了“集体访”，登记的只有{n}人。</source>
            <translation>
                <numerusform>"Group visit" is ticked, but only {n} person is entered.</numerusform>
                <numerusform>"Group visit" is ticked, but only {n} people are entered.</numerusform>
            </translation>
        </message>
        <message>
            <source>标准输入每行一条 JSON 记录；每行的回答在存好之后才写出</source>
            <translation>one JSON record a line on standard input; each line is answered only after it is saved</translation>
        </message>
        <message>
            <source>标准输出只写一个 JSON 对象</source>
            <translation>write nothing but one JSON object to standard output</translation>
        </message>
        <message>
            <source>标题</source>
            <translation>Title</translation>
        </message>
        <message>
            <source>栏目</source>
            <translation>Field</translation>
        </message>
        <message>
            <source>栏目=内容（相等；列表栏目为含有），栏目~内容（含有），也可用 &gt;= &lt;=；“|”隔开几种</source>
            <translation>field=content (equal; for list fields: contains), field~content (contains), also &gt;= and &lt;=; "|" between alternatives</translation>
        </message>
        <message>
            <source>栏目=内容，可以写多个</source>
            <translation>field=content, several may be given</translation>
        </message>
        <message>
            <source>栏目=内容，可以写多个；留空为清除</source>
            <translation>field=content, several may be given; left empty it is cleared</translation>
        </message>
        <message>
            <source>校验码</source>
            <translation>Checksum</translation>
        </message>
        <message>
            <source>校验码不是64位小写十六进制数。</source>
            <translation>The checksum is not 64 lower-case hexadecimal digits.</translation>
        </message>
        <message>
            <source>核对</source>
            <translation>Check</translation>
        </message>
        <message>
            <source>核对介质上的应急钥匙是不是现在用的</source>
            <translation>check whether the escrow key on a medium is the one in use</translation>
        </message>
        <message>
            <source>根钥匙</source>
            <translation>Root keys</translation>
        </message>
        <message>
            <source>根钥匙不在本机。</source>
            <translation>The root key is not on this computer.</translation>
        </message>
        <message>
            <source>根钥匙在保管人的介质上；要多留一份，请保管人把那个文件复制到另一个介质。</source>
            <translation>The root keys are on their holders' media; for another copy, the holder copies the file to a second medium.</translation>
        </message>
        <message>
            <source>根钥匙备份到哪个U盘</source>
            <translation>Which stick takes the copy of the root key</translation>
        </message>
        <message>
            <source>根钥匙必须用口令保护，请输入口令。</source>
            <translation>A root key must be protected by a passphrase; please type one.</translation>
        </message>
        <message>
            <source>根钥匙换成{n}把、要{threshold}把签名（原来{old}把、{was}把），其中{kept}把不变。</source>
            <translation>Root keys become {n}, of which {threshold} must sign (before: {old}, of which {was}); {kept} of them stay.</translation>
        </message>
        <message>
            <source>根钥匙文件，可写几次</source>
            <translation>a root key file, may be given several times</translation>
        </message>
        <message>
            <source>根钥匙的口令文件，与 --key 一一对应；只写一个则都用它</source>
            <translation>a file with the root key's passphrase, one for each --key; a single one serves for all</translation>
        </message>
        <message>
            <source>根钥匙的恢复码</source>
            <translation>Recovery code of the root key</translation>
        </message>
        <message>
            <source>根钥匙要有口令。</source>
            <translation>A root key needs a passphrase.</translation>
        </message>
        <message>
            <source>档号格式</source>
            <translation>Form of the archival code</translation>
        </message>
        <message>
            <source>档号格式里有认不出的部分：{part}。</source>
            <translation>The form of the archival code holds parts that are not known: {part}.</translation>
        </message>
        <message>
            <source>档号格式里缺少{missing}。</source>
            <translation>The form of the archival code lacks {missing}.</translation>
        </message>
        <message>
            <source>档案门类代码</source>
            <translation>Code of the archive category</translation>
        </message>
        <message>
            <source>档案馆给的代码，一般四位。</source>
            <translation>A code given by the archives, usually of four characters.</translation>
        </message>
        <message>
            <source>检查</source>
            <translation>Check</translation>
        </message>
        <message>
            <source>检查别处的一份…</source>
            <translation>Check one kept elsewhere…</translation>
        </message>
        <message>
            <source>检查哪一份备份</source>
            <translation>Which backup to check</translation>
        </message>
        <message>
            <source>检查完毕，一切完好。</source>
            <translation>Checked; all is well.</translation>
        </message>
        <message>
            <source>检查文件、编号链、附件、查找、记录是否完好</source>
            <translation>check that file, chain, attachments, search and records are intact</translation>
        </message>
        <message>
            <source>检查这一份</source>
            <translation>Check this one</translation>
        </message>
        <message>
            <source>检查这份程序的各部分是否齐全、能用</source>
            <translation>check that all parts of this program are there and work</translation>
        </message>
        <message>
            <source>次</source>
            <translation>Session</translation>
        </message>
        <message>
            <source>欢迎使用</source>
            <translation>Welcome</translation>
        </message>
        <message>
            <source>止</source>
            <translation>Until</translation>
        </message>
        <message>
            <source>正在上传</source>
            <translation>Uploading</translation>
        </message>
        <message>
            <source>正在停下…</source>
            <translation>Stopping…</translation>
        </message>
        <message>
            <source>正在写入</source>
            <translation>Writing</translation>
        </message>
        <message>
            <source>正在写到 {name}，请不要拔出…</source>
            <translation>Writing to {name}, please do not pull it out…</translation>
        </message>
        <message>
            <source>正在写回执，请不要拔出…</source>
            <translation>Writing receipts, please do not pull out the stick…</translation>
        </message>
        <message>
            <source>正在写备份</source>
            <translation>Writing the backup</translation>
        </message>
        <message>
            <source>正在写重建文件…</source>
            <translation>Writing the rebuild files…</translation>
        </message>
        <message>
            <source>正在准备</source>
            <translation>Preparing</translation>
        </message>
        <message>
            <source>正在合并收到的数据包。</source>
            <translation>Received bundles are being merged.</translation>
        </message>
        <message>
            <source>正在合并记录</source>
            <translation>Merging records</translation>
        </message>
        <message>
            <source>正在备份…</source>
            <translation>Backing up…</translation>
        </message>
        <message>
            <source>正在复制…</source>
            <translation>Copying…</translation>
        </message>
        <message>
            <source>正在复制数据</source>
            <translation>Copying the data</translation>
        </message>
        <message>
            <source>正在存入…</source>
            <translation>Saving…</translation>
        </message>
        <message>
            <source>正在建立…</source>
            <translation>Setting up…</translation>
        </message>
        <message>
            <source>正在归档…</source>
            <translation>Archiving…</translation>
        </message>
        <message>
            <source>正在打开…</source>
            <translation>Opening…</translation>
        </message>
        <message>
            <source>正在报送和收取…</source>
            <translation>Handing over and fetching…</translation>
        </message>
        <message>
            <source>正在按区里的数据重建…</source>
            <translation>Rebuilding from the district's data…</translation>
        </message>
        <message>
            <source>正在排印：{title}</source>
            <translation>Typesetting {title}</translation>
        </message>
        <message>
            <source>正在排版…</source>
            <translation>Laying out…</translation>
        </message>
        <message>
            <source>正在排版：{title}</source>
            <translation>Laying out {title}</translation>
        </message>
        <message>
            <source>正在撤销…</source>
            <translation>Undoing…</translation>
        </message>
        <message>
            <source>正在收件…</source>
            <translation>Taking in…</translation>
        </message>
        <message>
            <source>正在收回执…</source>
            <translation>Taking in receipts…</translation>
        </message>
        <message numerus="yes">
            <source>正在查看{n}个文件…</source>
            <translation>
                <numerusform>Looking at {n} file…</numerusform>
                <numerusform>Looking at {n} files…</numerusform>
            </translation>
        </message>
        <message>
            <source>正在查看…</source>
            <translation>Looking…</translation>
        </message>
        <message>
            <source>正在查看回执…</source>
            <translation>Looking at receipts…</translation>
        </message>
        <message>
            <source>正在查看文件…</source>
            <translation>Looking at files…</translation>
        </message>
        <message>
            <source>正在核对</source>
            <translation>Checking</translation>
        </message>
        <message>
            <source>正在核对…</source>
            <translation>Checking…</translation>
        </message>
        <message>
            <source>正在核对备份</source>
            <translation>Checking the backup</translation>
        </message>
        <message>
            <source>正在核对日志</source>
            <translation>Checking the journal</translation>
        </message>
        <message>
            <source>正在核对附件</source>
            <translation>Checking attachments</translation>
        </message>
        <message>
            <source>正在检查备份…</source>
            <translation>Checking the backup…</translation>
        </message>
        <message>
            <source>正在比对</source>
            <translation>Comparing</translation>
        </message>
        <message>
            <source>正在比对…</source>
            <translation>Comparing…</translation>
        </message>
        <message>
            <source>正在添加附件…</source>
            <translation>Adding attachments…</translation>
        </message>
        <message>
            <source>正在清点…</source>
            <translation>Counting…</translation>
        </message>
        <message>
            <source>正在清点页数：{title}</source>
            <translation>Counting pages: {title}</translation>
        </message>
        <message>
            <source>正在生成第{n}个工作室</source>
            <translation>Making studio {n}</translation>
        </message>
        <message>
            <source>正在重建记录</source>
            <translation>Rebuilding records</translation>
        </message>
        <message>
            <source>正常</source>
            <translation>normal</translation>
        </message>
        <message>
            <source>正常的交接文件不会这样。请不要再打开它，向送文件的人核实来源，并告诉区级管理员；没有改动任何记录。</source>
            <translation>A proper exchange file is never like this. Do not open it again, ask the sender where it comes from, and tell the district administrator; no record was changed.</translation>
        </message>
        <message>
            <source>正文</source>
            <translation>Text</translation>
        </message>
        <message>
            <source>正文不是规定的样子，已原样保存。</source>
            <translation>The body is not as prescribed; it is kept as it is.</translation>
        </message>
        <message>
            <source>正文写的是另一条记录，已原样保存。</source>
            <translation>The body is that of another record; it is kept as it is.</translation>
        </message>
        <message>
            <source>步骤</source>
            <translation>Step</translation>
        </message>
        <message>
            <source>每台电脑24小时最多传多少MB</source>
            <translation>MB a computer may send in 24 hours</translation>
        </message>
        <message>
            <source>每台电脑只能收取自己的回执。</source>
            <translation>A computer can only pull its own receipts.</translation>
        </message>
        <message>
            <source>每周填1到7（星期一为1），每月填1到31。</source>
            <translation>Every week 1 to 7 (Monday is 1), every month 1 to 31.</translation>
        </message>
        <message>
            <source>每换一台写下一个没用过的号；第一次换写2。写错了区里会说，可以再改。</source>
            <translation>Each new computer takes the next unused number; the first replacement is 2. If it is wrong, the district will say so and it can be changed.</translation>
        </message>
        <message>
            <source>每次关闭程序、每半小时有改动时自动备份，每份都读回检查过。硬盘坏了或换电脑：在新电脑上打开本程序，选“从备份恢复”，插上存有备份的U盘，输入口令或恢复码。请至少每周备份一次到U盘，并把U盘放在别处。</source>
            <translation>A backup is made by itself whenever the program closes, and every half hour if something changed; each one is read back and checked. If the disk breaks or the computer is replaced, open this program on the new one, choose "Restore from a backup", plug in the stick that holds the backup, and enter the passphrase or the recovery code. Please back up to a stick at least once a week and keep the stick elsewhere.</translation>
        </message>
        <message>
            <source>每行一个 JSON 命令，每行一个 JSON 回答，供程序调用</source>
            <translation>one JSON command a line, one JSON answer a line, for other programs</translation>
        </message>
        <message>
            <source>每行写一个 {example}。</source>
            <translation>Write one {example} a line.</translation>
        </message>
        <message>
            <source>民情事项</source>
            <translation>Case</translation>
        </message>
        <message>
            <source>民情日志</source>
            <translation>Journal entry</translation>
        </message>
        <message>
            <source>民族</source>
            <translation>Ethnic group</translation>
        </message>
        <message>
            <source>没传完的部分保留几小时</source>
            <translation>Hours that an unfinished upload is kept</translation>
        </message>
        <message>
            <source>没填</source>
            <translation>not filled in</translation>
        </message>
        <message>
            <source>没存完的{kind}：{title}（{at}）</source>
            <translation>Unfinished {kind}: {title} ({at})</translation>
        </message>
        <message>
            <source>没存的内容已经留着，下次打开接着写。</source>
            <translation>What is not saved is kept; go on the next time you open it.</translation>
        </message>
        <message>
            <source>没有</source>
            <translation>none</translation>
        </message>
        <message>
            <source>没有“{key}”这种记录。</source>
            <translation>There is no kind of record "{key}".</translation>
        </message>
        <message>
            <source>没有“{kind}”这种记录。</source>
            <translation>There is no kind of record "{kind}".</translation>
        </message>
        <message>
            <source>没有“{name}”这个设置。</source>
            <translation>There is no setting "{name}".</translation>
        </message>
        <message>
            <source>没有“{name}”这个词表。</source>
            <translation>There is no list "{name}".</translation>
        </message>
        <message>
            <source>没有“{name}”这种表格。</source>
            <translation>There is no form "{name}".</translation>
        </message>
        <message>
            <source>没有“{period}”这个保管期限。</source>
            <translation>There is no retention period "{period}".</translation>
        </message>
        <message>
            <source>没有“{rev}”这个版本。</source>
            <translation>There is no version "{rev}".</translation>
        </message>
        <message>
            <source>没有“{sort}”这一类下发内容。</source>
            <translation>There is no sort “{sort}” of list.</translation>
        </message>
        <message>
            <source>没有“{value}”这个日期。</source>
            <translation>There is no date "{value}".</translation>
        </message>
        <message>
            <source>没有“{value}”这个时间。</source>
            <translation>There is no time "{value}".</translation>
        </message>
        <message>
            <source>没有“{word}”这一类。</source>
            <translation>There is no sort “{word}”.</translation>
        </message>
        <message>
            <source>没有“{word}”这个命令或选项值。</source>
            <translation>There is no command or option value "{word}".</translation>
        </message>
        <message>
            <source>没有。做一把锁在别处，区级的电脑全没了也能打开数据包。</source>
            <translation>None. Make one and lock it away elsewhere: it opens the bundles even if all of the district's computers are lost.</translation>
        </message>
        <message>
            <source>没有任务。</source>
            <translation>No tasks.</translation>
        </message>
        <message>
            <source>没有会议纪要。</source>
            <translation>There are no minutes.</translation>
        </message>
        <message>
            <source>没有做成</source>
            <translation>Not done</translation>
        </message>
        <message>
            <source>没有公布接收站，各站用U盘报送。</source>
            <translation>No hub is published; stations hand over by USB stick.</translation>
        </message>
        <message>
            <source>没有关联到别的记录。</source>
            <translation>Not linked with another record.</translation>
        </message>
        <message>
            <source>没有写交给哪个站点。</source>
            <translation>No station was named.</translation>
        </message>
        <message>
            <source>没有写内容。</source>
            <translation>Nothing was written.</translation>
        </message>
        <message>
            <source>没有写是哪位委员。</source>
            <translation>It is not said which member it was.</translation>
        </message>
        <message>
            <source>没有写现场答复，也没有写后续计划。</source>
            <translation>Neither an answer on the spot nor a next step is written.</translation>
        </message>
        <message>
            <source>没有写登记申请放到哪里。</source>
            <translation>Nothing was said of where the enrolment request should go.</translation>
        </message>
        <message>
            <source>没有写要录入什么。</source>
            <translation>It is not said what to enter.</translation>
        </message>
        <message>
            <source>没有写要换什么。</source>
            <translation>It is not said what to change.</translation>
        </message>
        <message>
            <source>没有写要改什么。</source>
            <translation>It is not said what to change.</translation>
        </message>
        <message>
            <source>没有冲突。</source>
            <translation>No conflicts.</translation>
        </message>
        <message>
            <source>没有发现可能重复的。</source>
            <translation>No likely duplicates were found.</translation>
        </message>
        <message>
            <source>没有填困难类别。</source>
            <translation>The category of hardship is not filled in.</translation>
        </message>
        <message>
            <source>没有填文书B角。</source>
            <translation>Clerk B is not filled in.</translation>
        </message>
        <message>
            <source>没有填联系人。</source>
            <translation>The contact person is not filled in.</translation>
        </message>
        <message>
            <source>没有应急钥匙。</source>
            <translation>There is no escrow key.</translation>
        </message>
        <message>
            <source>没有打开。</source>
            <translation>Off.</translation>
        </message>
        <message>
            <source>没有找到U盘，请插上U盘或选一个文件夹</source>
            <translation>No USB stick found; plug one in or choose a folder</translation>
        </message>
        <message>
            <source>没有找到“{text}”。</source>
            <translation>"{text}" was not found.</translation>
        </message>
        <message>
            <source>没有收到回执以前，下次送出会再带上它们，不会重复。</source>
            <translation>Until a receipt comes, the next hand-over carries them again; nothing is duplicated.</translation>
        </message>
        <message>
            <source>没有新的内容要送，也没有新的回执。</source>
            <translation>Nothing new to hand over, and no new receipt.</translation>
        </message>
        <message>
            <source>没有新的回执或任务。</source>
            <translation>There are no new receipts or tasks.</translation>
        </message>
        <message numerus="yes">
            <source>没有新的记录；只告诉区里本机收到了什么、还缺什么，并带上区里要的附件{n}个。</source>
            <translation>
                <numerusform>No new records; the district is only told what has arrived here and what is missing, and gets {n} attachment it asked for.</numerusform>
                <numerusform>No new records; the district is only told what has arrived here and what is missing, and gets {n} attachments it asked for.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>没有新的记录；将送出本站的登记事项{n}项（如换新编号、装订成册）。</source>
            <translation>
                <numerusform>No new records; {n} note of this station leaves (a new chain, a bound year).</numerusform>
                <numerusform>No new records; {n} notes of this station leave (a new chain, a bound year).</numerusform>
            </translation>
        </message>
        <message>
            <source>没有照片。</source>
            <translation>There is no photo.</translation>
        </message>
        <message>
            <source>没有登记“{name}”。</source>
            <translation>"{name}" is not registered.</translation>
        </message>
        <message>
            <source>没有登记任何人到会。</source>
            <translation>Nobody is entered as present.</translation>
        </message>
        <message>
            <source>没有登记过“{device}”，或它已吊销。</source>
            <translation>"{device}" was never enrolled, or it is revoked.</translation>
        </message>
        <message>
            <source>没有登记过站点“{code}”。</source>
            <translation>No station "{code}" is enrolled.</translation>
        </message>
        <message>
            <source>没有第{n}台电脑这个号。</source>
            <translation>There is no computer number {n}.</translation>
        </message>
        <message>
            <source>没有等待签名的信任名单。</source>
            <translation>No trust list waits for signatures.</translation>
        </message>
        <message>
            <source>没有等着回复的任务。</source>
            <translation>No task waits for an answer.</translation>
        </message>
        <message>
            <source>没有签到。</source>
            <translation>Nobody signed in.</translation>
        </message>
        <message>
            <source>没有签名。</source>
            <translation>Nothing was signed.</translation>
        </message>
        <message>
            <source>没有给出“{file}”的口令。</source>
            <translation>The passphrase of “{file}” was not given.</translation>
        </message>
        <message>
            <source>没有给出根钥匙。</source>
            <translation>No root key was given.</translation>
        </message>
        <message>
            <source>没有编号为“{bundle}”的导入，或它已撤销。</source>
            <translation>There is no import with the number "{bundle}", or it is undone already.</translation>
        </message>
        <message>
            <source>没有缺少的。</source>
            <translation>Nothing is missing.</translation>
        </message>
        <message>
            <source>没有联网报送</source>
            <translation>No network hand-over</translation>
        </message>
        <message>
            <source>没有要上报的内容：全部记录区级都已收到。</source>
            <translation>There is nothing to hand over: the district has received all records.</translation>
        </message>
        <message>
            <source>没有要看的文件。</source>
            <translation>There is no file to look at.</translation>
        </message>
        <message>
            <source>没有要送的：全部记录区级都已收到。</source>
            <translation>Nothing to hand over: the district has received every record.</translation>
        </message>
        <message>
            <source>没有要送的：全部记录区里都已收到。</source>
            <translation>Nothing to send: the district has received all records.</translation>
        </message>
        <message>
            <source>没有解决的，写明原因。</source>
            <translation>If it was not solved, the reason.</translation>
        </message>
        <message>
            <source>没有这个编号。</source>
            <translation>There is no such number.</translation>
        </message>
        <message>
            <source>没有这封回执，可能已有更新的。</source>
            <translation>There is no such receipt; there may be a newer one.</translation>
        </message>
        <message>
            <source>没有选用系统钥匙串</source>
            <translation>the system keyring was not chosen</translation>
        </message>
        <message>
            <source>没有选记录。</source>
            <translation>No record is chosen.</translation>
        </message>
        <message>
            <source>没有隔离的。</source>
            <translation>Nothing is in quarantine.</translation>
        </message>
        <message>
            <source>没有，还没有登记</source>
            <translation>none, not enrolled yet</translation>
        </message>
        <message>
            <source>法律诉求</source>
            <translation>Legal claim</translation>
        </message>
        <message>
            <source>注意</source>
            <translation>Please note</translation>
        </message>
        <message>
            <source>活动</source>
            <translation>Activity</translation>
        </message>
        <message>
            <source>活动名称</source>
            <translation>Name of the activity</translation>
        </message>
        <message>
            <source>活动小结</source>
            <translation>Summary of the activity</translation>
        </message>
        <message>
            <source>活动方案</source>
            <translation>Scheme of the activity</translation>
        </message>
        <message>
            <source>活动种类</source>
            <translation>Kind of activity</translation>
        </message>
        <message>
            <source>浅色</source>
            <translation>Light</translation>
        </message>
        <message>
            <source>涉信访</source>
            <translation>Petition</translation>
        </message>
        <message>
            <source>深色</source>
            <translation>Dark</translation>
        </message>
        <message>
            <source>添一行</source>
            <translation>Add line</translation>
        </message>
        <message>
            <source>添了或换了电脑，写下一个没用过的号；已录入的内容都留着，编号随之更换。</source>
            <translation>For a computer added or replaced, give the next unused number; what was entered stays, its numbers change.</translation>
        </message>
        <message>
            <source>添加…</source>
            <translation>Add…</translation>
        </message>
        <message numerus="yes">
            <source>添加了{n}个附件。</source>
            <translation>
                <numerusform>{n} attachment added.</numerusform>
                <numerusform>{n} attachments added.</numerusform>
            </translation>
        </message>
        <message>
            <source>添加文件</source>
            <translation>Add files</translation>
        </message>
        <message>
            <source>清单“{name}”写得不对。</source>
            <translation>The manifest "{name}" is written wrongly.</translation>
        </message>
        <message>
            <source>清单上的“{name}”不在文件里。</source>
            <translation>"{name}" is in the manifest but not in the file.</translation>
        </message>
        <message>
            <source>清点页数的时候又有记录保存了。</source>
            <translation>Records were saved while the pages were counted.</translation>
        </message>
        <message>
            <source>清除筛选</source>
            <translation>Clear filters</translation>
        </message>
        <message>
            <source>满意度</source>
            <translation>Satisfaction</translation>
        </message>
        <message>
            <source>满足日期</source>
            <translation>Met on</translation>
        </message>
        <message>
            <source>点评、批示或说明</source>
            <translation>“点评”, “批示” or “说明”</translation>
        </message>
        <message>
            <source>照上一条新建</source>
            <translation>New record like the last one</translation>
        </message>
        <message>
            <source>照片</source>
            <translation>Photo</translation>
        </message>
        <message>
            <source>照片“{name}”太大，超过{n}百万像素。</source>
            <translation>The photo "{name}" is too large, more than {n} megapixels.</translation>
        </message>
        <message>
            <source>照片可能带有拍摄地点的坐标；一般不保留。</source>
            <translation>A photo may hold the coordinates of the place; usually they are not kept.</translation>
        </message>
        <message>
            <source>照片质量</source>
            <translation>Photo quality</translation>
        </message>
        <message>
            <source>照片长边（像素）</source>
            <translation>Longer side of photos (pixels)</translation>
        </message>
        <message>
            <source>照这条新建</source>
            <translation>New one like this</translation>
        </message>
        <message>
            <source>片区</source>
            <translation>Area</translation>
        </message>
        <message>
            <source>版</source>
            <translation>Edition</translation>
        </message>
        <message>
            <source>版本</source>
            <translation>Version</translation>
        </message>
        <message>
            <source>版本号（conflicts show 里的 op），可只写前几位</source>
            <translation>number of the version (op in conflicts show); the first few characters will do</translation>
        </message>
        <message>
            <source>牵头专委会</source>
            <translation>Leading special committee</translation>
        </message>
        <message>
            <source>特大</source>
            <translation>Extra large</translation>
        </message>
        <message>
            <source>特长说明</source>
            <translation>About the expertise</translation>
        </message>
        <message>
            <source>状态</source>
            <translation>State</translation>
        </message>
        <message>
            <source>状态是“在任”，各届任期都已经终止。</source>
            <translation>The state is "In office", but all terms have ended.</translation>
        </message>
        <message>
            <source>状态栏“上次备份”变成红色，打开时提醒。</source>
            <translation>"Last backup" in the status bar turns red, and opening reminds you.</translation>
        </message>
        <message>
            <source>状态栏“上次备份”变成黄色。</source>
            <translation>"Last backup" in the status bar turns yellow.</translation>
        </message>
        <message>
            <source>状态页只在接收站这台电脑上显示。</source>
            <translation>The status page is shown on the hub's own computer only.</translation>
        </message>
        <message>
            <source>状态页对别的电脑也开放</source>
            <translation>Show the status page to other computers too</translation>
        </message>
        <message>
            <source>状态：{state}</source>
            <translation>State: {state}</translation>
        </message>
        <message>
            <source>环节</source>
            <translation>Stage</translation>
        </message>
        <message>
            <source>现在</source>
            <translation>Now</translation>
        </message>
        <message>
            <source>现在可以打开的方式：{ways}。</source>
            <translation>It can be opened with: {ways}.</translation>
        </message>
        <message>
            <source>现在可以拔出U盘。</source>
            <translation>You may pull out the USB stick now.</translation>
        </message>
        <message>
            <source>现在可以转到：{ends}。</source>
            <translation>It can go to: {ends}.</translation>
        </message>
        <message>
            <source>现在备份</source>
            <translation>Back up now</translation>
        </message>
        <message>
            <source>现在报送的站太多，区级接收站忙不过来。</source>
            <translation>Too many stations are reporting right now; the district's hub cannot keep up.</translation>
        </message>
        <message>
            <source>现在的口令</source>
            <translation>Present passphrase</translation>
        </message>
        <message>
            <source>现在连不上区级接收站 {place}，没有发送任何内容。</source>
            <translation>The district's hub {place} cannot be reached now; nothing was sent.</translation>
        </message>
        <message>
            <source>现场答复</source>
            <translation>Answer on the spot</translation>
        </message>
        <message>
            <source>理由</source>
            <translation>Reason</translation>
        </message>
        <message>
            <source>用于公文落款，例如：中国人民政治协商会议云岭市青溪区委员会。</source>
            <translation>Stands at the end of official papers, for example: Qingxi District Committee of Yunling City, Chinese People's Political Consultative Conference.</translation>
        </message>
        <message>
            <source>用六位行政区划代码，定了就不能改。</source>
            <translation>The six digits of the administrative division; they cannot be changed later.</translation>
        </message>
        <message>
            <source>用口令</source>
            <translation>With the passphrase</translation>
        </message>
        <message>
            <source>用口令打开</source>
            <translation>Open with the passphrase</translation>
        </message>
        <message>
            <source>用恢复码打开</source>
            <translation>Open with the recovery code</translation>
        </message>
        <message>
            <source>用恢复码（忘了口令时）</source>
            <translation>With the recovery code (when the passphrase is forgotten)</translation>
        </message>
        <message>
            <source>用或不用系统钥匙串</source>
            <translation>use the system keyring or not</translation>
        </message>
        <message>
            <source>用法见：{program} --help</source>
            <translation>For usage see {program} --help</translation>
        </message>
        <message>
            <source>用法：</source>
            <translation>Usage: </translation>
        </message>
        <message>
            <source>用示例数据演示全过程：区县、两个站、记录、数据包、回执、归档盒、截图</source>
            <translation>show the whole story on sample data: district, two stations, records, bundles, receipts, archive boxes, screenshots</translation>
        </message>
        <message>
            <source>用系统程序打开</source>
            <translation>Open with the system's program</translation>
        </message>
        <message>
            <source>用系统钥匙串打开</source>
            <translation>Open with the system keyring</translation>
        </message>
        <message>
            <source>用这台电脑的系统钥匙串（登录电脑后不用再输口令）</source>
            <translation>Use this computer's keyring (no passphrase once you are logged in)</translation>
        </message>
        <message>
            <source>由何转来</source>
            <translation>Came from</translation>
        </message>
        <message>
            <source>由哪种记录填</source>
            <translation>Filled in from</translation>
        </message>
        <message>
            <source>申请文件：{file}</source>
            <translation>Request file: {file}</translation>
        </message>
        <message>
            <source>申请文件：{file}
本站指纹：{fingerprint}
请把文件交给区级，再打电话逐组核对这六组数字。</source>
            <translation>Request file: {file}
Fingerprint of this station: {fingerprint}
Give the file to the district, then compare these six groups of digits over the telephone.</translation>
        </message>
        <message>
            <source>申请时间</source>
            <translation>Requested at</translation>
        </message>
        <message>
            <source>电脑</source>
            <translation>Computer</translation>
        </message>
        <message>
            <source>电脑丢了或换了，它以后的数据不再接收。</source>
            <translation>The computer is lost or replaced; its later data are no longer accepted.</translation>
        </message>
        <message>
            <source>电脑坏了，没有备份</source>
            <translation>The computer died and there is no backup</translation>
        </message>
        <message>
            <source>电脑，例如 SQ-1</source>
            <translation>Computer, e.g. SQ-1</translation>
        </message>
        <message>
            <source>电话</source>
            <translation>Telephone</translation>
        </message>
        <message>
            <source>电话等不遮住；会记入日志</source>
            <translation>do not mask telephone numbers and the like; it is noted in the journal</translation>
        </message>
        <message>
            <source>电话里的回执码</source>
            <translation>Receipt code from the telephone</translation>
        </message>
        <message>
            <source>电话里读出的六组数字一致吗？（是/否）</source>
            <translation>Are the six groups of digits read over the telephone the same? (yes/no)</translation>
        </message>
        <message>
            <source>界别</source>
            <translation>Sector</translation>
        </message>
        <message>
            <source>界别型工作室没有填依托界别。</source>
            <translation>The sector studio names no sector.</translation>
        </message>
        <message>
            <source>界别型必填。</source>
            <translation>Required for a sector studio.</translation>
        </message>
        <message>
            <source>界别组必填。</source>
            <translation>Required for a sector group.</translation>
        </message>
        <message>
            <source>界别组没有填界别。</source>
            <translation>The sector group names no sector.</translation>
        </message>
        <message>
            <source>界面语言</source>
            <translation>Language</translation>
        </message>
        <message>
            <source>留作参考并归档</source>
            <translation>Keep for reference and archive</translation>
        </message>
        <message>
            <source>登记</source>
            <translation>Registered</translation>
        </message>
        <message>
            <source>登记…</source>
            <translation>Enrol…</translation>
        </message>
        <message>
            <source>登记入网：申请、核对指纹、安装信任表</source>
            <translation>Enrolment: request, comparing fingerprints, installing the trust list</translation>
        </message>
        <message>
            <source>登记前改为本站的第几台电脑；已录入的内容都留着，编号随之更换</source>
            <translation>Before enrolment: make this computer number N of the station; what was entered stays, its numbers change</translation>
        </message>
        <message>
            <source>登记回执 (*-enrol-install.json)</source>
            <translation>Enrolment receipts (*-enrol-install.json)</translation>
        </message>
        <message>
            <source>登记回执来自“{name}”（{code}），第{version}版信任名单。</source>
            <translation>The enrolment receipt is from "{name}" ({code}), trust list version {version}.</translation>
        </message>
        <message>
            <source>登记好了：{name}。现在可以交数据了。</source>
            <translation>Enrolled: {name}. Data can be handed over now.</translation>
        </message>
        <message>
            <source>登记新钥匙：{devices}。</source>
            <translation>New keys enrolled: {devices}.</translation>
        </message>
        <message>
            <source>登记日期</source>
            <translation>Registered on</translation>
        </message>
        <message>
            <source>登记申请</source>
            <translation>Enrolment requests</translation>
        </message>
        <message>
            <source>登记申请 (*-enrol-request.json)</source>
            <translation>Enrolment requests (*-enrol-request.json)</translation>
        </message>
        <message>
            <source>登记申请“{file}”的签名不对，内容被改动过。</source>
            <translation>The signature of the enrolment request "{file}" is wrong; the content was altered.</translation>
        </message>
        <message>
            <source>登记申请放到哪里</source>
            <translation>Where the enrolment request goes</translation>
        </message>
        <message>
            <source>登记申请：{file}。请送到区里，并在电话里读出这六组数字：</source>
            <translation>Enrolment request: {file}. Take it to the district and read these six groups over the telephone:</translation>
        </message>
        <message>
            <source>登记的同时吊销{device}，不能撤回。</source>
            <translation>With the enrolment {device} is revoked, which cannot be taken back.</translation>
        </message>
        <message>
            <source>登记的站点</source>
            <translation>Enrolled stations</translation>
        </message>
        <message>
            <source>登记站点</source>
            <translation>Enrol station</translation>
        </message>
        <message>
            <source>登记站点…</source>
            <translation>Enrol station…</translation>
        </message>
        <message>
            <source>登记答复</source>
            <translation>Record the reply</translation>
        </message>
        <message>
            <source>登记，把回执文件写回去</source>
            <translation>Enrol and write the receipt file back</translation>
        </message>
        <message>
            <source>盒号</source>
            <translation>Box number</translation>
        </message>
        <message>
            <source>盒脊宽（毫米）</source>
            <translation>Width of the box spine (mm)</translation>
        </message>
        <message>
            <source>目录</source>
            <translation>directory</translation>
        </message>
        <message>
            <source>目录没有结尾</source>
            <translation>its directory has no end</translation>
        </message>
        <message>
            <source>直接回复</source>
            <translation>Answer at once</translation>
        </message>
        <message>
            <source>相关</source>
            <translation>Related</translation>
        </message>
        <message>
            <source>相关民情日志</source>
            <translation>Related journal entries</translation>
        </message>
        <message>
            <source>相关的记录</source>
            <translation>Related records</translation>
        </message>
        <message>
            <source>相关（{n}）</source>
            <translation>Related ({n})</translation>
        </message>
        <message>
            <source>省级数据库只能是 PostgreSQL：postgresql+psycopg://用户:口令@主机/库名</source>
            <translation>The province's database can only be PostgreSQL: postgresql+psycopg://user:password@host/database</translation>
        </message>
        <message>
            <source>省级数据库是由别的版本建立的。</source>
            <translation>The province's database was made by another version.</translation>
        </message>
        <message>
            <source>省级数据库的地址</source>
            <translation>address of the province's database</translation>
        </message>
        <message>
            <source>省级数据库的地址写得不对。</source>
            <translation>The address of the province's database is not right.</translation>
        </message>
        <message>
            <source>省级数据库连不上，或中途断开了。</source>
            <translation>The province's database cannot be reached, or the line broke on the way.</translation>
        </message>
        <message>
            <source>省级数据库（PostgreSQL），由各区的接收站送数据</source>
            <translation>the province's database (PostgreSQL), which the districts' hubs fill</translation>
        </message>
        <message>
            <source>省级数据库；合并后把新内容送去</source>
            <translation>the province's database; what is new goes there after each merge</translation>
        </message>
        <message>
            <source>省级的表已建好。</source>
            <translation>The province's tables are made.</translation>
        </message>
        <message>
            <source>省级的表已经有了，没有改动。</source>
            <translation>The province's tables are there already; nothing was changed.</translation>
        </message>
        <message>
            <source>省级：建表和分区；已经有的不动</source>
            <translation>province: make tables and partitions; what is there stays</translation>
        </message>
        <message>
            <source>看</source>
            <translation>Look</translation>
        </message>
        <message>
            <source>看一个隔离的是什么、为什么</source>
            <translation>see what one item in quarantine is and why</translation>
        </message>
        <message>
            <source>看下发的各版，哪一版正在执行</source>
            <translation>The editions sent, and which is in force</translation>
        </message>
        <message>
            <source>看不清时用高对比。</source>
            <translation>Use high contrast when it is hard to read.</translation>
        </message>
        <message>
            <source>看看示例数据</source>
            <translation>Look at sample data</translation>
        </message>
        <message>
            <source>看过了</source>
            <translation>Read</translation>
        </message>
        <message>
            <source>看过了，同意自动报送</source>
            <translation>I have looked, hand over by itself</translation>
        </message>
        <message>
            <source>知道出生日期的不必填。</source>
            <translation>Not needed where the date of birth is known.</translation>
        </message>
        <message>
            <source>确认</source>
            <translation>Confirmed</translation>
        </message>
        <message>
            <source>磁盘满了，这一次没有存上。</source>
            <translation>The disk is full; this was not saved.</translation>
        </message>
        <message>
            <source>磁盘读写出错，这一次没有存上。</source>
            <translation>The disk failed while reading or writing; this was not saved.</translation>
        </message>
        <message>
            <source>示范</source>
            <translation>Model</translation>
        </message>
        <message>
            <source>种类</source>
            <translation>Kind</translation>
        </message>
        <message>
            <source>移出</source>
            <translation>Taken off</translation>
        </message>
        <message>
            <source>程序会稍后自动再试。</source>
            <translation>The program tries again later by itself.</translation>
        </message>
        <message>
            <source>程序会自动再传。</source>
            <translation>The program sends it again by itself.</translation>
        </message>
        <message>
            <source>程序会自动接着传。</source>
            <translation>The program continues by itself.</translation>
        </message>
        <message>
            <source>程序出了差错</source>
            <translation>The program made a mistake</translation>
        </message>
        <message>
            <source>程序出了错，这一步没有做成；已存的内容都在。</source>
            <translation>The program made a mistake and this step was not done; all that was saved is there.</translation>
        </message>
        <message>
            <source>程序按号码、姓名、出生年份等比出{n}对像的。请核对后定；两条记录都不会改动。</source>
            <translation>Pairs that look alike by numbers, names, years of birth and more: {n}. Check, then decide; neither record is changed.</translation>
        </message>
        <message>
            <source>立即报送和收取</source>
            <translation>Hand over and fetch now</translation>
        </message>
        <message>
            <source>站点</source>
            <translation>Station</translation>
        </message>
        <message>
            <source>站点 {code}</source>
            <translation>Station {code}</translation>
        </message>
        <message>
            <source>站点 {code} 写的</source>
            <translation>Written by the station {code}</translation>
        </message>
        <message>
            <source>站点不用设置：区级公布以后，随下一次回执自动知道。</source>
            <translation>A station has nothing to set: once the district has published it, the next receipt brings it.</translation>
        </message>
        <message>
            <source>站点与工作室</source>
            <translation>Stations and studios</translation>
        </message>
        <message>
            <source>站点到区级登记</source>
            <translation>enrol a station with its district</translation>
        </message>
        <message>
            <source>站点只能写自己的记录。请向两个站点核实；没有改动任何记录。</source>
            <translation>A station can write only its own records. Please check with both stations; no record was changed.</translation>
        </message>
        <message>
            <source>站点名称</source>
            <translation>Station name</translation>
        </message>
        <message>
            <source>站点把状态改成了“{state}”，这一步由区级来做。</source>
            <translation>The station set the state to “{state}”; that step is the district's.</translation>
        </message>
        <message>
            <source>站点文件所在的文件夹</source>
            <translation>folder of the station's file</translation>
        </message>
        <message>
            <source>站点的情况</source>
            <translation>About the station</translation>
        </message>
        <message>
            <source>站点的指纹（请站点念，逐组核对）</source>
            <translation>Fingerprint of the station (have the station read it, compare each group)</translation>
        </message>
        <message>
            <source>站点的申请文件</source>
            <translation>the station's request file</translation>
        </message>
        <message>
            <source>站点类型</source>
            <translation>kind of station</translation>
        </message>
        <message>
            <source>站点请用 push、pull 连接区级的接收站。</source>
            <translation>At a station, use push and pull to reach the district's hub.</translation>
        </message>
        <message>
            <source>站点请等区级登记、装入登记回执；区级请先取回签过名的草稿。然后再试一次。</source>
            <translation>At a station, wait until the district has enrolled it and install the answer; at the district, take back the signed draft first. Then try again.</translation>
        </message>
        <message>
            <source>站点：回复一个任务</source>
            <translation>Station: answer a task</translation>
        </message>
        <message>
            <source>站点：把登记申请写到U盘或文件夹</source>
            <translation>station: write the enrolment request to a USB stick or folder</translation>
        </message>
        <message>
            <source>站点：旧钥匙可能外泄，区级没收到的一律重报</source>
            <translation>station: the old key may have leaked; all that the district has not received is sent again</translation>
        </message>
        <message>
            <source>站点：生成登记申请文件</source>
            <translation>station: write an enrolment request</translation>
        </message>
        <message>
            <source>站点：装入区级带回的文件</source>
            <translation>station: install the file brought back from the district</translation>
        </message>
        <message>
            <source>站点：输入区级电话里读出的回执码</source>
            <translation>station: enter the receipt code the district reads over the telephone</translation>
        </message>
        <message>
            <source>站码</source>
            <translation>Station code</translation>
        </message>
        <message>
            <source>站码“{code}”不合规定。</source>
            <translation>The station code "{code}" is not allowed.</translation>
        </message>
        <message>
            <source>站码“{code}”不是2到6个大写字母。</source>
            <translation>The station code "{code}" is not 2 to 6 capital letters.</translation>
        </message>
        <message>
            <source>站码是2至6个大写字母，例如 SQ。</source>
            <translation>A station code is 2 to 6 capital letters, for example SQ.</translation>
        </message>
        <message>
            <source>站码由区里统一给，定了就不能改；编号都以它开头。</source>
            <translation>The district gives out station codes; they cannot be changed later, and every number begins with them.</translation>
        </message>
        <message>
            <source>站码，2至6个大写字母，例如 SQ</source>
            <translation>station code, 2 to 6 capital letters, for example SQ</translation>
        </message>
        <message>
            <source>站码，可写多次；all 为全部</source>
            <translation>Station code, may be repeated; all for every station</translation>
        </message>
        <message>
            <source>站长（联络组长）</source>
            <translation>Station head (liaison group head)</translation>
        </message>
        <message>
            <source>端口，0 表示任选一个</source>
            <translation>Port; 0 picks a free one</translation>
        </message>
        <message>
            <source>第{first}至{last}号</source>
            <translation>numbers {first} to {last}</translation>
        </message>
        <message>
            <source>第{n}列是</source>
            <translation>Column {n} is</translation>
        </message>
        <message>
            <source>第{n}行“{column}”：</source>
            <translation>Row {n}, "{column}": </translation>
        </message>
        <message>
            <source>第{n}行既回复参加又记为未报名到会。</source>
            <translation>Line {n} both said it would attend and is marked as come without sign-up.</translation>
        </message>
        <message>
            <source>第{n}行是“{seat}”，没有写原因。</source>
            <translation>Line {n} is "{seat}" but gives no reason.</translation>
        </message>
        <message>
            <source>第{n}行没有写是谁。</source>
            <translation>Line {n} does not say who it is.</translation>
        </message>
        <message>
            <source>第{n}行的委员前面已经有了。</source>
            <translation>The member in line {n} is there already.</translation>
        </message>
        <message>
            <source>第{n}行记为请假，没有事由或准假人。</source>
            <translation>Line {n} is on leave, but has no reason for it or nobody who granted it.</translation>
        </message>
        <message>
            <source>第{n}行：</source>
            <translation>Row {n}: </translation>
        </message>
        <message>
            <source>第{n}项是“{verdict}”，没有写条件或理由。</source>
            <translation>Item {n} is "{verdict}" but gives no condition or reason.</translation>
        </message>
        <message>
            <source>第{page}页“{char}”（{code}）</source>
            <translation>page {page} "{char}" ({code})</translation>
        </message>
        <message>
            <source>第{page}页“{sheet}”有印不出的字 {codepoint}。</source>
            <translation>Page {page}, "{sheet}", holds {codepoint}, which cannot be printed.</translation>
        </message>
        <message>
            <source>第{seq}号</source>
            <translation>number {seq}</translation>
        </message>
        <message>
            <source>第{version}版</source>
            <translation>Version {version}</translation>
        </message>
        <message>
            <source>第{version}版，有效到{day}</source>
            <translation>version {version}, valid until {day}</translation>
        </message>
        <message>
            <source>第{version}版，有效到{day}。</source>
            <translation>Version {version}, valid until {day}.</translation>
        </message>
        <message numerus="yes">
            <source>第{version}版，还差{n}把签名</source>
            <translation>
                <numerusform>version {version}, {n} signature missing</numerusform>
                <numerusform>version {version}, {n} signatures missing</numerusform>
            </translation>
        </message>
        <message>
            <source>第一个文件能打开本单位的数据包，请像钥匙一样保管。</source>
            <translation>The first file opens this body's bundles; keep it like a key.</translation>
        </message>
        <message>
            <source>第一步：把登记申请交给区里</source>
            <translation>First step: give the enrolment request to the district</translation>
        </message>
        <message>
            <source>第一行是栏目名</source>
            <translation>The first row holds field names</translation>
        </message>
        <message>
            <source>第二份备份放在</source>
            <translation>Second copy of backups in</translation>
        </message>
        <message>
            <source>第二步：装入区里给的登记回执</source>
            <translation>Second step: install the enrolment receipt from the district</translation>
        </message>
        <message>
            <source>第二签名</source>
            <translation>Second signature</translation>
        </message>
        <message>
            <source>第二签名（SM2）</source>
            <translation>Second signature (SM2)</translation>
        </message>
        <message>
            <source>第二签名（SM2）不对：内容被改动过，或签名是伪造的。</source>
            <translation>The second signature (SM2) is wrong: the content was changed, or the signature is forged.</translation>
        </message>
        <message>
            <source>第二签名（SM2），平时不用</source>
            <translation>second signature (SM2), not used unless it is wanted</translation>
        </message>
        <message>
            <source>第几委员工作室，由区政协编。</source>
            <translation>The number of the member studio, given by the district CPPCC.</translation>
        </message>
        <message>
            <source>第几日</source>
            <translation>Day number</translation>
        </message>
        <message>
            <source>等</source>
            <translation> and more</translation>
        </message>
        <message>
            <source>等{n}个</source>
            <translation>and more, {n} in all</translation>
        </message>
        <message>
            <source>等前面的</source>
            <translation>Waiting</translation>
        </message>
        <message>
            <source>等前面的 {n}</source>
            <translation>Waiting {n}</translation>
        </message>
        <message>
            <source>等前面的数据包</source>
            <translation>Waits for an earlier bundle</translation>
        </message>
        <message>
            <source>等待 {device} {ranges}</source>
            <translation>waits for {device} {ranges}</translation>
        </message>
        <message>
            <source>等待前面数据包的</source>
            <translation>Waiting for earlier bundles</translation>
        </message>
        <message>
            <source>等待合并的数据包有{n}个。</source>
            <translation>Bundles waiting to be merged: {n}.</translation>
        </message>
        <message>
            <source>等待签名</source>
            <translation>Waits for signatures</translation>
        </message>
        <message>
            <source>答复方式</source>
            <translation>Way of answering</translation>
        </message>
        <message>
            <source>答复日期</source>
            <translation>Answered on</translation>
        </message>
        <message>
            <source>筛选</source>
            <translation>Filter</translation>
        </message>
        <message>
            <source>筛选：{label}</source>
            <translation>Filter: {label}</translation>
        </message>
        <message>
            <source>签到时间</source>
            <translation>Signed in at</translation>
        </message>
        <message>
            <source>签发</source>
            <translation>Issue</translation>
        </message>
        <message>
            <source>签发人</source>
            <translation>Signed for issue by</translation>
        </message>
        <message>
            <source>签发日期</source>
            <translation>Issued on</translation>
        </message>
        <message>
            <source>签名不对：内容被改动过，或签名是伪造的。</source>
            <translation>The signature is wrong: the content was altered, or the signature is forged.</translation>
        </message>
        <message>
            <source>签名和内容都已核对，由 {device} 签出。</source>
            <translation>Signature and content are checked; it was signed by {device}.</translation>
        </message>
        <message>
            <source>签名够了：请区级用 keys root take 取回。</source>
            <translation>Enough signatures: the district takes it back with keys root take.</translation>
        </message>
        <message>
            <source>签名的钥匙是新的：里面带有根钥匙签过的信任名单第{version}版。</source>
            <translation>The signing key is new: the file brings version {version} of the trust list, signed with the root keys.</translation>
        </message>
        <message>
            <source>签名的钥匙没有登记（自称来自 {sender}）。</source>
            <translation>The signing key is not enrolled (it says it comes from {sender}).</translation>
        </message>
        <message>
            <source>签收</source>
            <translation>Accept</translation>
        </message>
        <message>
            <source>签收人</source>
            <translation>Accepted by</translation>
        </message>
        <message>
            <source>签收日期</source>
            <translation>Accepted on</translation>
        </message>
        <message>
            <source>签过名的草稿</source>
            <translation>The signed draft</translation>
        </message>
        <message>
            <source>籍贯</source>
            <translation>Native place</translation>
        </message>
        <message>
            <source>类别</source>
            <translation>Category</translation>
        </message>
        <message>
            <source>类型</source>
            <translation>Type</translation>
        </message>
        <message>
            <source>粘贴</source>
            <translation>Paste</translation>
        </message>
        <message>
            <source>粘贴到{kind}</source>
            <translation>Paste into {kind}</translation>
        </message>
        <message>
            <source>粘贴的图片</source>
            <translation>Pasted picture</translation>
        </message>
        <message>
            <source>系列</source>
            <translation>Series</translation>
        </message>
        <message>
            <source>系统</source>
            <translation>System</translation>
        </message>
        <message>
            <source>系统里没有能打开 PDF 的程序。</source>
            <translation>The system has no program that opens PDF.</translation>
        </message>
        <message>
            <source>系统钥匙串</source>
            <translation>system keyring</translation>
        </message>
        <message>
            <source>系统钥匙串不够安全（{backend}）</source>
            <translation>the system keyring is not secure enough ({backend})</translation>
        </message>
        <message>
            <source>系统钥匙串没有存住密钥（{backend}）</source>
            <translation>the system keyring did not keep the key ({backend})</translation>
        </message>
        <message>
            <source>系统钥匙串用不了：{reason}。</source>
            <translation>The system keyring cannot be used: {reason}.</translation>
        </message>
        <message>
            <source>系统钥匙串能不能用，这份数据用了哪些方式</source>
            <translation>whether the system keyring works, and what opens these data</translation>
        </message>
        <message>
            <source>紧急程度</source>
            <translation>Urgency</translation>
        </message>
        <message>
            <source>红字的地方要改，改好才能下发。</source>
            <translation>What stands in red has to be put right before it can be sent down.</translation>
        </message>
        <message>
            <source>红色标志，如“石桥镇联络站微协商纪要”；不填用单位名称。</source>
            <translation>The red heading, such as "Minutes of the micro-consultation of Shiqiao Station"; the body's name when left empty.</translation>
        </message>
        <message>
            <source>级别</source>
            <translation>Level</translation>
        </message>
        <message>
            <source>级别是“{level}”，任期里没有这一级。</source>
            <translation>The level is "{level}", but no term is at that level.</translation>
        </message>
        <message>
            <source>纪要应在{last}前签发，签发日期是{issued}。</source>
            <translation>The minutes must be issued by {last}; they were issued on {issued}.</translation>
        </message>
        <message>
            <source>纪要标志</source>
            <translation>Red heading of the minutes</translation>
        </message>
        <message>
            <source>纸上抄的旧恢复码马上作废，新的只显示一次。请准备好打印机，或纸和笔。</source>
            <translation>The old recovery code on paper is void at once, the new one is shown only once. Have a printer ready, or pen and paper.</translation>
        </message>
        <message>
            <source>纸质日志</source>
            <translation>Paper journal</translation>
        </message>
        <message>
            <source>组内职务</source>
            <translation>Role in the group</translation>
        </message>
        <message>
            <source>组别</source>
            <translation>Kind of group</translation>
        </message>
        <message>
            <source>组长</source>
            <translation>Head</translation>
        </message>
        <message>
            <source>组长不在现有成员里。</source>
            <translation>The head is not among the present members.</translation>
        </message>
        <message>
            <source>终止原因</source>
            <translation>Why it ended</translation>
        </message>
        <message>
            <source>经办</source>
            <translation>Handled by</translation>
        </message>
        <message>
            <source>经办人</source>
            <translation>Operator</translation>
        </message>
        <message>
            <source>经手人</source>
            <translation>Handed over by</translation>
        </message>
        <message>
            <source>经济走势、社情民意的持续观察。</source>
            <translation>Continued observation of the economy and of public opinion.</translation>
        </message>
        <message>
            <source>经费（分）</source>
            <translation>Cost (fen)</translation>
        </message>
        <message>
            <source>结束</source>
            <translation>End</translation>
        </message>
        <message>
            <source>结束日期</source>
            <translation>Last day</translation>
        </message>
        <message>
            <source>结束时间</source>
            <translation>End time</translation>
        </message>
        <message>
            <source>结束时间{end}不晚于开始时间{start}。</source>
            <translation>The end time {end} is not later than the start time {start}.</translation>
        </message>
        <message>
            <source>结束时间{end}早于开始时间{start}。</source>
            <translation>The end time {end} is earlier than the start time {start}.</translation>
        </message>
        <message>
            <source>结果</source>
            <translation>Result</translation>
        </message>
        <message>
            <source>结果说明</source>
            <translation>About the result</translation>
        </message>
        <message>
            <source>给一条记录添加附件（照片、扫描件等）</source>
            <translation>add attachments (photos, scans and so on) to a record</translation>
        </message>
        <message>
            <source>给全部站点写回执</source>
            <translation>Write receipts for all stations</translation>
        </message>
        <message>
            <source>给站点交办一件事</source>
            <translation>Give stations a task</translation>
        </message>
        <message>
            <source>给这份备份设一个口令，与打开数据的口令可以不同；然后选一个U盘。</source>
            <translation>Set a passphrase for this copy; it may differ from the one that opens the data. Then choose a USB stick.</translation>
        </message>
        <message>
            <source>给选中的写回执</source>
            <translation>Write receipts for the chosen</translation>
        </message>
        <message>
            <source>续任</source>
            <translation>Next term</translation>
        </message>
        <message>
            <source>编号</source>
            <translation>Number</translation>
        </message>
        <message>
            <source>编号会跳过一百号接着排，以免和已经送出的重复；下次交区里时，区里会对出缺少的部分。</source>
            <translation>Numbers go on after leaving out a hundred, so that none repeats what was sent; at the next hand-over the district finds out what is missing.</translation>
        </message>
        <message>
            <source>编号和上报都以它为准，不用改；要添电脑，请在新的电脑上新建。</source>
            <translation>Numbers and reports rely on it. To add a computer, set it up on the new one.</translation>
        </message>
        <message>
            <source>编号字母</source>
            <translation>Prefix</translation>
        </message>
        <message>
            <source>编号链合并，保持原来的内容</source>
            <translation>Chains merged, content kept as it was</translation>
        </message>
        <message>
            <source>编号，例如 SQ-MQ-2026-0012</source>
            <translation>Number, for example SQ-MQ-2026-0012</translation>
        </message>
        <message>
            <source>编辑…</source>
            <translation>Edit…</translation>
        </message>
        <message>
            <source>缩小</source>
            <translation>Smaller</translation>
        </message>
        <message>
            <source>缺 {device} 第{first}至{last}号。</source>
            <translation>Numbers {first} to {last} of {device} are missing.</translation>
        </message>
        <message>
            <source>缺 {dev} 第{first}至{last}号：原来的电脑写过，区里没有收到。</source>
            <translation>Missing {dev} {first} to {last}: the old computer wrote them, the district never received them.</translation>
        </message>
        <message numerus="yes">
            <source>缺{n}个附件。</source>
            <translation>
                <numerusform>{n} attachment is missing.</numerusform>
                <numerusform>{n} attachments are missing.</numerusform>
            </translation>
        </message>
        <message>
            <source>缺什么</source>
            <translation>What is missing</translation>
        </message>
        <message>
            <source>缺件归档</source>
            <translation>Archive with gaps</translation>
        </message>
        <message>
            <source>缺少</source>
            <translation>Missing</translation>
        </message>
        <message>
            <source>缺席原因</source>
            <translation>Reason for absence</translation>
        </message>
        <message>
            <source>缺漏</source>
            <translation>Gaps</translation>
        </message>
        <message>
            <source>缺漏 {n}</source>
            <translation>Gaps {n}</translation>
        </message>
        <message>
            <source>缺附件“{name}”：区里没有收到。</source>
            <translation>Missing attachment “{name}”: the district never received it.</translation>
        </message>
        <message>
            <source>网址</source>
            <translation>Address</translation>
        </message>
        <message>
            <source>网址和证书指纹写进信任名单，随下一次回执送给各站，各站不用填。换证书前，新旧两个指纹都写上，各站都收取过以后再换。</source>
            <translation>Address and fingerprints of the certificates go into the trust list and to the stations with their next receipt; nobody types them there. Before a certificate is changed, give the old and the new fingerprint, and change it when every station has fetched.</translation>
        </message>
        <message>
            <source>网络</source>
            <translation>Network</translation>
        </message>
        <message>
            <source>网络太慢，这一段没有传完。</source>
            <translation>The network is too slow; this piece did not finish.</translation>
        </message>
        <message>
            <source>网络通了会自动再试。</source>
            <translation>It tries again by itself when there is a network.</translation>
        </message>
        <message>
            <source>群众</source>
            <translation>Citizen</translation>
        </message>
        <message>
            <source>群众档案</source>
            <translation>Citizen's file</translation>
        </message>
        <message>
            <source>考核年度</source>
            <translation>Assessment year</translation>
        </message>
        <message>
            <source>考核年度按全会计算，却没有登记全会。</source>
            <translation>The assessment year follows plenary sessions, but none is entered.</translation>
        </message>
        <message>
            <source>职务</source>
            <translation>Post</translation>
        </message>
        <message>
            <source>职能</source>
            <translation>Functions</translation>
        </message>
        <message>
            <source>联动学习组</source>
            <translation>Linked study group</translation>
        </message>
        <message>
            <source>联合主办</source>
            <translation>Co-hosts</translation>
        </message>
        <message>
            <source>联系人</source>
            <translation>Contact person</translation>
        </message>
        <message>
            <source>联系点</source>
            <translation>Contact point</translation>
        </message>
        <message>
            <source>联系点与群众</source>
            <translation>Contact points and citizens</translation>
        </message>
        <message>
            <source>联系电话</source>
            <translation>Contact telephone</translation>
        </message>
        <message>
            <source>联络员</source>
            <translation>Liaison officer</translation>
        </message>
        <message>
            <source>联络站</source>
            <translation>Liaison station</translation>
        </message>
        <message>
            <source>联络站、委员工作室：记民情、办事项，月底交给区里。</source>
            <translation>Liaison station or member studio: note concerns, handle cases, hand over to the district at the end of the month.</translation>
        </message>
        <message>
            <source>联网报送</source>
            <translation>Network hand-over</translation>
        </message>
        <message>
            <source>联网报送没有成功</source>
            <translation>Network hand-over was refused</translation>
        </message>
        <message>
            <source>联网报送，再收取；给定时任务用</source>
            <translation>Hand over by network, then fetch; for scheduled tasks</translation>
        </message>
        <message>
            <source>联网报送：把还没有回执的记录传给区级接收站</source>
            <translation>Push: send the records that no receipt covers to the district's hub</translation>
        </message>
        <message>
            <source>联网收取：从区级接收站取回执、退回和任务</source>
            <translation>Pull: fetch receipts, returned records and tasks from the district's hub</translation>
        </message>
        <message>
            <source>能</source>
            <translation>yes</translation>
        </message>
        <message>
            <source>能不能用</source>
            <translation>Usable</translation>
        </message>
        <message>
            <source>能否办理</source>
            <translation>Can it be done</translation>
        </message>
        <message>
            <source>能用</source>
            <translation>Works</translation>
        </message>
        <message>
            <source>能用的办法</source>
            <translation>Ways that serve</translation>
        </message>
        <message>
            <source>自动联网报送</source>
            <translation>Hand over by network automatically</translation>
        </message>
        <message>
            <source>自动联网报送已关</source>
            <translation>Automatic network hand-over is off</translation>
        </message>
        <message>
            <source>至少8个字母或4个汉字，可以用一句话；每次打开都要输。</source>
            <translation>At least 8 letters or 4 Chinese characters, a sentence will do; it is asked for every time you open.</translation>
        </message>
        <message>
            <source>至少要填一项。</source>
            <translation>Fill in at least one.</translation>
        </message>
        <message>
            <source>至少要有一行。</source>
            <translation>At least one row is needed.</translation>
        </message>
        <message>
            <source>致困原因</source>
            <translation>Cause of hardship</translation>
        </message>
        <message>
            <source>若干行</source>
            <translation>lines</translation>
        </message>
        <message>
            <source>英文</source>
            <translation>English</translation>
        </message>
        <message>
            <source>草稿</source>
            <translation>Draft</translation>
        </message>
        <message>
            <source>草稿、名单文件 (*-draft.json *-trust-*.json)</source>
            <translation>Drafts and lists (*-draft.json *-trust-*.json)</translation>
        </message>
        <message>
            <source>草稿后来又改过的，请用 keys root draft 重新写出，再请保管人签名。</source>
            <translation>If the draft was changed since, write it again with keys root draft and have the holders sign it.</translation>
        </message>
        <message>
            <source>草稿和作废的记录不归档；请核对年度。</source>
            <translation>Drafts and void records are not archived; please check the year.</translation>
        </message>
        <message>
            <source>草稿和作废的记录不归档；请核对年度和保管期限。</source>
            <translation>Drafts and void records are not archived; please check the year and the retention period.</translation>
        </message>
        <message>
            <source>草稿已写出：{file}。请交给根钥匙保管人签名。</source>
            <translation>The draft is written: {file}. Give it to the holders of the root keys to sign.</translation>
        </message>
        <message>
            <source>草稿放到哪里</source>
            <translation>Where the draft goes</translation>
        </message>
        <message>
            <source>草稿文件</source>
            <translation>draft file</translation>
        </message>
        <message>
            <source>荣誉</source>
            <translation>Honour</translation>
        </message>
        <message>
            <source>行政区划代码</source>
            <translation>Code of the administrative division</translation>
        </message>
        <message>
            <source>行政区划代码“{code}”不合规定。</source>
            <translation>The code of the administrative division "{code}" is not allowed.</translation>
        </message>
        <message>
            <source>行政区划代码“{code}”不是6位数字。</source>
            <translation>The code of the administrative division "{code}" is not 6 digits.</translation>
        </message>
        <message>
            <source>行政区划代码，6位数字，例如 990000</source>
            <translation>code of the administrative division, 6 digits, for example 990000</translation>
        </message>
        <message>
            <source>衔接平台</source>
            <translation>Grass-roots forum linked to</translation>
        </message>
        <message>
            <source>补录</source>
            <translation>Entered late</translation>
        </message>
        <message>
            <source>补打回执单</source>
            <translation>Print slip again</translation>
        </message>
        <message>
            <source>补记已举办的活动</source>
            <translation>Record as already held</translation>
        </message>
        <message>
            <source>被区里退回：{reason}</source>
            <translation>Returned by the district: {reason}</translation>
        </message>
        <message>
            <source>被退回</source>
            <translation>Returned</translation>
        </message>
        <message>
            <source>裁定冲突</source>
            <translation>Conflict decided</translation>
        </message>
        <message>
            <source>裁定冲突要写明理由。</source>
            <translation>Deciding a conflict needs a reason.</translation>
        </message>
        <message>
            <source>装入</source>
            <translation>Install</translation>
        </message>
        <message>
            <source>要修改请用 correct。</source>
            <translation>To change it use correct.</translation>
        </message>
        <message>
            <source>要做一把，请用 keys escrow new。</source>
            <translation>To make one, use keys escrow new.</translation>
        </message>
        <message>
            <source>要先写依据；以后不再提示这一对。</source>
            <translation>Give the grounds first; this pair will not be suggested again.</translation>
        </message>
        <message>
            <source>要写原因</source>
            <translation>Reason needed</translation>
        </message>
        <message>
            <source>要写整数。</source>
            <translation>Must be a whole number.</translation>
        </message>
        <message>
            <source>要写明为什么不是同一个。</source>
            <translation>Say why they are not the same.</translation>
        </message>
        <message>
            <source>要几把根钥匙签名</source>
            <translation>Root keys that must sign</translation>
        </message>
        <message>
            <source>要几把签名</source>
            <translation>how many must sign</translation>
        </message>
        <message>
            <source>要在别的电脑上看，请用 --open-status 启动，并由防火墙限制来源。</source>
            <translation>To see it from other computers, start with --open-status and let a firewall limit who may.</translation>
        </message>
        <message>
            <source>要找的字</source>
            <translation>what to find</translation>
        </message>
        <message>
            <source>要改</source>
            <translation>To correct</translation>
        </message>
        <message>
            <source>要有其中一个：{names}。</source>
            <translation>One of these is needed: {names}.</translation>
        </message>
        <message>
            <source>要站点改什么</source>
            <translation>What the station is to change</translation>
        </message>
        <message>
            <source>要粘贴的行</source>
            <translation>Rows to paste</translation>
        </message>
        <message>
            <source>要重报</source>
            <translation>To be sent again</translation>
        </message>
        <message>
            <source>观测记录</source>
            <translation>Observations</translation>
        </message>
        <message>
            <source>规定的内容</source>
            <translation>what is prescribed</translation>
        </message>
        <message>
            <source>计划</source>
            <translation>Planned</translation>
        </message>
        <message>
            <source>计划外</source>
            <translation>Outside the plan</translation>
        </message>
        <message>
            <source>计划项目</source>
            <translation>Item of the plan</translation>
        </message>
        <message>
            <source>认不出“{words}”。</source>
            <translation>"{words}" is not understood.</translation>
        </message>
        <message>
            <source>认可办结</source>
            <translation>Accept and close</translation>
        </message>
        <message>
            <source>认定不同</source>
            <translation>Found different</translation>
        </message>
        <message>
            <source>认定两条不是同一个，以后不再提示</source>
            <translation>note that two records are not the same; they are not suggested again</translation>
        </message>
        <message>
            <source>议定</source>
            <translation>Decisions</translation>
        </message>
        <message>
            <source>议定事项</source>
            <translation>Matters decided</translation>
        </message>
        <message>
            <source>议题</source>
            <translation>Topic</translation>
        </message>
        <message>
            <source>议题来源</source>
            <translation>Source of the topic</translation>
        </message>
        <message>
            <source>记一条民情</source>
            <translation>New journal entry</translation>
        </message>
        <message>
            <source>记在每次保存里，回答“谁录入的”。</source>
            <translation>Kept with every save; answers "who entered it".</translation>
        </message>
        <message>
            <source>记录</source>
            <translation>Records</translation>
        </message>
        <message>
            <source>记录人</source>
            <translation>Recorder</translation>
        </message>
        <message>
            <source>记录人签字日期</source>
            <translation>Signed by the recorder on</translation>
        </message>
        <message>
            <source>记录写成 {example}，明细也是这样，几行用方括号括起来。</source>
            <translation>A record is written as {example}, a line of a list likewise; several lines go into square brackets.</translation>
        </message>
        <message>
            <source>记录报到了哪里、备份、登记、各项数目</source>
            <translation>how far records have been handed over, backups, enrolment, counts</translation>
        </message>
        <message>
            <source>记录数</source>
            <translation>Records</translation>
        </message>
        <message>
            <source>记录的 uid 或编号，或文书名，或 binder</source>
            <translation>uid or number of records, name of a form, or binder</translation>
        </message>
        <message>
            <source>记录的去向</source>
            <translation>Whereabouts of records</translation>
        </message>
        <message>
            <source>记录的种类，或一种记录的栏目、词表、状态</source>
            <translation>the kinds of record, or the fields, lists and states of one</translation>
        </message>
        <message>
            <source>记录种类</source>
            <translation>kind of record</translation>
        </message>
        <message>
            <source>记录种类，全部用 kinds 查看</source>
            <translation>kind of record, see all with kinds</translation>
        </message>
        <message>
            <source>记录种类：person 或 activity</source>
            <translation>kind of record: person or activity</translation>
        </message>
        <message>
            <source>记录种类；不写则列出全部</source>
            <translation>kind of record; all are listed when left out</translation>
        </message>
        <message>
            <source>记录都加密保存。打开时要用下面的一种钥匙。</source>
            <translation>All records are kept encrypted. One of these keys opens them.</translation>
        </message>
        <message>
            <source>设口令…</source>
            <translation>Set a passphrase…</translation>
        </message>
        <message>
            <source>设新口令</source>
            <translation>Set a new passphrase</translation>
        </message>
        <message>
            <source>设置</source>
            <translation>Settings</translation>
        </message>
        <message>
            <source>设置…</source>
            <translation>Settings…</translation>
        </message>
        <message>
            <source>设置已经存好。</source>
            <translation>The settings are saved.</translation>
        </message>
        <message>
            <source>证书 (*.pem *.crt *.cer)</source>
            <translation>Certificates (*.pem *.crt *.cer)</translation>
        </message>
        <message>
            <source>证书或其公钥的指纹，可写多次：换证书前新旧都写</source>
            <translation>Fingerprint of a certificate or of its public key, may be repeated: old and new before a certificate is changed</translation>
        </message>
        <message>
            <source>证书指纹写得不对。</source>
            <translation>The fingerprint of the certificate is not written correctly.</translation>
        </message>
        <message>
            <source>证书指纹，每行一个</source>
            <translation>Fingerprints of certificates, one a line</translation>
        </message>
        <message>
            <source>证书文件“{file}”读不出来。</source>
            <translation>The certificate file “{file}” cannot be read.</translation>
        </message>
        <message>
            <source>证书文件（PEM），由它算出指纹，可写多次</source>
            <translation>Certificate file (PEM) from which the fingerprint is worked out, may be repeated</translation>
        </message>
        <message>
            <source>诉求建议</source>
            <translation>Requests and suggestions</translation>
        </message>
        <message>
            <source>词</source>
            <translation>Word</translation>
        </message>
        <message>
            <source>词数</source>
            <translation>Words</translation>
        </message>
        <message>
            <source>词没有变，顺序可能有变</source>
            <translation>the words are the same, their order may differ</translation>
        </message>
        <message>
            <source>词表</source>
            <translation>List</translation>
        </message>
        <message>
            <source>词表“{title}”自{since}起：{changes}。</source>
            <translation>List “{title}” from {since}: {changes}.</translation>
        </message>
        <message>
            <source>词表、口径、方案、日历由区级下发。</source>
            <translation>Vocabularies, rules, schemes and calendars are sent by the district.</translation>
        </message>
        <message>
            <source>词表名、文件代号、年份或记录种类</source>
            <translation>Name of the vocabulary, key of the document, year, or kind</translation>
        </message>
        <message>
            <source>词表名称；不写则列出全部</source>
            <translation>name of a list; all are listed when left out</translation>
        </message>
        <message>
            <source>词表和各词的有效期</source>
            <translation>the lists of words and from when to when each word is in force</translation>
        </message>
        <message>
            <source>词表或所指</source>
            <translation>List or kind it refers to</translation>
        </message>
        <message>
            <source>试点</source>
            <translation>Pilot</translation>
        </message>
        <message>
            <source>该备份了</source>
            <translation>time for a backup</translation>
        </message>
        <message>
            <source>说明</source>
            <translation>About</translation>
        </message>
        <message>
            <source>说明理由，保留</source>
            <translation>Give a reason and keep</translation>
        </message>
        <message>
            <source>请不要使用这个文件，并马上告诉区级管理员：签名的钥匙可能已经外泄。</source>
            <translation>Do not use this file and tell the district administrator at once: the signing key may have leaked.</translation>
        </message>
        <message>
            <source>请不要使用这个文件，打电话向区级管理员核实；本机没有改动。</source>
            <translation>Do not use this file and call the district administrator to check; nothing changed on this computer.</translation>
        </message>
        <message>
            <source>请不要关闭程序，马上做一次备份，再从备份恢复密钥文件。</source>
            <translation>Do not close the program. Make a backup now, then restore the key file from it.</translation>
        </message>
        <message>
            <source>请不要复制站点文件夹到另一台电脑使用；请在那台电脑上新建站点后再登记。</source>
            <translation>Do not copy a station's folder for use on another computer; set up a new station there and enrol it.</translation>
        </message>
        <message>
            <source>请不要继续，打电话向区级管理员核对证书指纹；没有发送任何内容。</source>
            <translation>Do not go on; check the fingerprint with the district's administrator by telephone. Nothing was sent.</translation>
        </message>
        <message>
            <source>请与区级逐组核对，并确认是给本站的；没有记录任何回执。</source>
            <translation>Compare it with the district group by group and make sure that it is meant for this station; no receipt was recorded.</translation>
        </message>
        <message>
            <source>请与对方核实。电脑坏了、换了，而这些确是它先前写的：区级在隔离区写明原因后收下；它还在用的，请重新登记后再导出；都不是的，请丢弃。</source>
            <translation>Ask the sender. If the computer broke or was replaced and wrote this before: the district gives a reason in quarantine and takes it in. If it is still in use: enrol it again and export once more. Otherwise discard it.</translation>
        </message>
        <message>
            <source>请与该单位联系。</source>
            <translation>Please contact that body.</translation>
        </message>
        <message>
            <source>请从列出的里面选一条，或新建。</source>
            <translation>Please choose one of those listed, or make a new one.</translation>
        </message>
        <message>
            <source>请从协办单位中删去重复的一个。</source>
            <translation>Please delete the repeated one from the supporting units.</translation>
        </message>
        <message>
            <source>请从困难类别中选一个。</source>
            <translation>Please choose one of the categories of hardship.</translation>
        </message>
        <message>
            <source>请从备份恢复（restore）；原文件请保留。</source>
            <translation>Please restore from a backup (restore); keep the original file.</translation>
        </message>
        <message>
            <source>请从备份恢复，或重新添加原来的文件。</source>
            <translation>Please restore from a backup or add the original file again.</translation>
        </message>
        <message>
            <source>请从备份恢复；每个备份里都有密钥文件。</source>
            <translation>Please restore from a backup; every backup holds the key file.</translation>
        </message>
        <message>
            <source>请从最近的好备份恢复（restore）；区里也存有本站报送过的数据。原文件请保留。</source>
            <translation>Please restore the latest good backup (restore); the district also holds what this station reported. Keep the original file.</translation>
        </message>
        <message>
            <source>请从界别列表中选一个。</source>
            <translation>Please choose one from the list of sectors.</translation>
        </message>
        <message>
            <source>请从联合主办中删去重复的一个。</source>
            <translation>Please delete the repeated one from the co-hosts.</translation>
        </message>
        <message>
            <source>请以证件为准改正其中一处；证件本身有误的，写明理由后保留。</source>
            <translation>Please correct one of them by the card; if the card itself is wrong, keep it with a reason.</translation>
        </message>
        <message>
            <source>请使用区级最近一次给的文件；本机没有改动。</source>
            <translation>Please use the newest file from the district; nothing changed on this computer.</translation>
        </message>
        <message>
            <source>请假事由</source>
            <translation>Reason for leave</translation>
        </message>
        <message>
            <source>请先传完前面的；没传完的过几天会自动清除。</source>
            <translation>Finish the earlier ones first; unfinished ones are cleared by themselves after some days.</translation>
        </message>
        <message>
            <source>请先升级本程序，再恢复。</source>
            <translation>Please update this program first, then restore.</translation>
        </message>
        <message>
            <source>请先升级本程序，再打开。</source>
            <translation>Please update this program first, then open.</translation>
        </message>
        <message>
            <source>请先在“冲突”页选定以哪一个为准。</source>
            <translation>Please choose first on the page "Conflicts" which one counts.</translation>
        </message>
        <message>
            <source>请先在系统里装好打印机；也可以“另存为 PDF”，拿到别处打印。</source>
            <translation>Please set up a printer in the system first, or use "Save as PDF" and print it elsewhere.</translation>
        </message>
        <message>
            <source>请先在那里关闭 Studio Desk，再重试。</source>
            <translation>Please close Studio Desk there first, then try again.</translation>
        </message>
        <message>
            <source>请先填写“{label}”。</source>
            <translation>Please fill in "{label}" first.</translation>
        </message>
        <message>
            <source>请先导入缺少的数据包。</source>
            <translation>Please import the missing bundle first.</translation>
        </message>
        <message>
            <source>请先把本机的 Studio Desk 更新到最新版本，再从隔离区重新接收。</source>
            <translation>Please update Studio Desk here to the newest version first, then take it in again from quarantine.</translation>
        </message>
        <message>
            <source>请先接受新电脑的登记申请（enrol accept）。已登记的有：{known}。</source>
            <translation>Please accept the new computer's request first (enrol accept). Enrolled are: {known}.</translation>
        </message>
        <message>
            <source>请先撤销更晚的导入，或用更正、作废处理有问题的记录。</source>
            <translation>Please undo the later import first, or correct or void the records with problems.</translation>
        </message>
        <message>
            <source>请先用“登记”（enrol request）生成申请文件交给区级，再装入带回的登记回执文件。</source>
            <translation>First write a request file with "Enrol" (enrol request) and give it to the district, then install the enrolment receipt that comes back.</translation>
        </message>
        <message>
            <source>请先登记（enrol）；区级刚登记的，请在区级打开一次后稍等。</source>
            <translation>Enrol first (enrol); if the district has just accepted it, let the district be opened once and wait a little.</translation>
        </message>
        <message>
            <source>请先登记，或改用编号。</source>
            <translation>Please register it first, or use the number.</translation>
        </message>
        <message>
            <source>请先确认不是别的站点用错了站码。如果{name}添了或换了电脑：请在那台电脑的登记页把“第几台电脑”改为{free}（enrol request --computer {free}），再交一次申请；那里已录入的内容都会留着。</source>
            <translation>First make sure that no other station uses this code by mistake. If {name} added or replaced a computer: on that computer's enrolment page set “which computer” to {free} (enrol request --computer {free}) and hand in the request again; what was entered there stays.</translation>
        </message>
        <message>
            <source>请先运行 hub province init，再送数据。</source>
            <translation>Please run hub province init first, then send data.</translation>
        </message>
        <message>
            <source>请关闭打开它的程序（看图、杀毒、同步软件等），再做一次。</source>
            <translation>Please close the program that has it open (picture viewer, virus scanner, file sync) and do it again.</translation>
        </message>
        <message>
            <source>请再做一次。</source>
            <translation>Please do it again.</translation>
        </message>
        <message>
            <source>请再做一次，输入口令。</source>
            <translation>Please do it again and enter the passphrase.</translation>
        </message>
        <message>
            <source>请再做一次；归档期间先不要录入。</source>
            <translation>Please do it again, and enter nothing while archiving.</translation>
        </message>
        <message>
            <source>请写1至1024；用 Citus 时写1。</source>
            <translation>Please write 1 to 1024; with Citus write 1.</translation>
        </message>
        <message>
            <source>请写1至{most}：本站第一台写1，再添或换一台就写下一个没用过的号。</source>
            <translation>Please give 1 to {most}: 1 for the station's first computer, the next unused number for each one added or replaced.</translation>
        </message>
        <message>
            <source>请写1至{n}；一般每个处理器核心一个。</source>
            <translation>Please write 1 to {n}; as a rule one for each processor core.</translation>
        </message>
        <message>
            <source>请写一两句话。</source>
            <translation>Write a sentence or two.</translation>
        </message>
        <message>
            <source>请写四位数的年份，例如2026。</source>
            <translation>Please write the year with four digits, for example 2026.</translation>
        </message>
        <message>
            <source>请写成“image/jpeg”的样子。</source>
            <translation>Please write it like "image/jpeg".</translation>
        </message>
        <message>
            <source>请写明什么条件下能办，或为什么不能办。</source>
            <translation>Please write on what condition it can be done, or why it cannot be done.</translation>
        </message>
        <message>
            <source>请写明依据和是谁决定的；不要写被删除的内容。</source>
            <translation>Name the legal ground and who decided; do not repeat what is erased.</translation>
        </message>
        <message>
            <source>请写明站码，例如 --station SQ；全部站点写 --station all。</source>
            <translation>Name a station, for example --station SQ; for all stations --station all.</translation>
        </message>
        <message>
            <source>请写活动小结；纪要、签到表和照片作为附件挂在活动下面。</source>
            <translation>Please write the summary of the activity; attach minutes, sign-in sheet and photos to the activity.</translation>
        </message>
        <message>
            <source>请写清什么事、在哪里、多少人受影响、群众要求什么；确实只有一句话的，写明理由后保留。</source>
            <translation>Please write what it is about, where, how many it affects and what people ask for; if there really was only one sentence, keep it with a reason.</translation>
        </message>
        <message>
            <source>请写编号或 uid；用 search 可以查到。</source>
            <translation>Please write the number or the uid; search finds it.</translation>
        </message>
        <message>
            <source>请写编号；用 search 可以查到。</source>
            <translation>Please write the number; search finds it.</translation>
        </message>
        <message>
            <source>请写记录的编号来打印；要空白表，请加 --blank。</source>
            <translation>Please give the number of a record to print; for a blank form add --blank.</translation>
        </message>
        <message>
            <source>请写这个站点原来那台电脑的名称；没有登记，也没有吊销。</source>
            <translation>Please name the station's old computer; nothing was enrolled or revoked.</translation>
        </message>
        <message>
            <source>请删减到{limit}个字以内，或把多出的内容写进说明、附件。</source>
            <translation>Please shorten it to {limit} characters, or move the rest to the remarks or an attachment.</translation>
        </message>
        <message>
            <source>请删减后再保存。</source>
            <translation>Please shorten it, then save.</translation>
        </message>
        <message>
            <source>请删减；长的材料请作为附件。</source>
            <translation>Shorten it; attach long material as a file.</translation>
        </message>
        <message>
            <source>请删去不用的文件，或换一个更大的U盘、文件夹，再做一次。</source>
            <translation>Please delete files that are not needed, or take a larger stick or folder, and do it again.</translation>
        </message>
        <message>
            <source>请删去重复的一个。</source>
            <translation>Please delete the repeated one.</translation>
        </message>
        <message>
            <source>请删去重复的一行。</source>
            <translation>Please delete the repeated line.</translation>
        </message>
        <message>
            <source>请删去重复的一行，或填写前一行的止期。</source>
            <translation>Please delete the repeated line, or fill in the end of the earlier one.</translation>
        </message>
        <message>
            <source>请刷新列表。</source>
            <translation>Please refresh the list.</translation>
        </message>
        <message>
            <source>请刷新后再看。</source>
            <translation>Refresh and look again.</translation>
        </message>
        <message>
            <source>请刷新隔离区的列表。</source>
            <translation>Please refresh the list of the quarantine.</translation>
        </message>
        <message>
            <source>请区里把记录送回来</source>
            <translation>Ask the district for the records</translation>
        </message>
        <message>
            <source>请升级程序后再打印。</source>
            <translation>Please update the program, then print.</translation>
        </message>
        <message>
            <source>请去掉 / \ : * ? " &lt; &gt; | 这些符号。</source>
            <translation>Please remove the characters / \ : * ? " &lt; &gt; |.</translation>
        </message>
        <message>
            <source>请去掉其中一个。</source>
            <translation>Please remove one of them.</translation>
        </message>
        <message>
            <source>请取消其中一处关联：{pairs}。</source>
            <translation>Take one of these links back: {pairs}.</translation>
        </message>
        <message>
            <source>请另填一人，可由站长或区政协经办兼任B角。</source>
            <translation>Please name another person; the station head or the district officer may be clerk B as well.</translation>
        </message>
        <message>
            <source>请另存为不带宏的文件（docx、xlsx）或 PDF 再添加。</source>
            <translation>Please save it as a file without macros (docx, xlsx) or as PDF, then add it.</translation>
        </message>
        <message>
            <source>请另建一条新的记录。</source>
            <translation>Make a new record.</translation>
        </message>
        <message>
            <source>请另建一条新的记录，在说明里写上原编号。</source>
            <translation>Please make a new record and write the old number into its remarks.</translation>
        </message>
        <message>
            <source>请另选一个空文件夹。</source>
            <translation>Please choose another, empty folder.</translation>
        </message>
        <message>
            <source>请另选一个空文件夹；确认无误后再停用原来的。</source>
            <translation>Please choose another, empty folder; retire the old one only when all is well.</translation>
        </message>
        <message>
            <source>请只交给{owner}，或不写所涉记录。</source>
            <translation>Give it to {owner} only, or name no record.</translation>
        </message>
        <message>
            <source>请只用汉字、字母、数字和短横，例如 --holder 李主任。</source>
            <translation>Use only Chinese characters, letters, digits and hyphens, for example --holder Li.</translation>
        </message>
        <message>
            <source>请只留一位户主。</source>
            <translation>Please leave only one head of household.</translation>
        </message>
        <message>
            <source>请只留必要的内容，可改记监护人；确需登记的，写明理由后保留。</source>
            <translation>Please keep only what is needed, or enter the guardian instead; if it must be entered, keep it with a reason.</translation>
        </message>
        <message>
            <source>请合并为一行，或改正年度、类型。</source>
            <translation>Please make them one line, or correct the year or the kind.</translation>
        </message>
        <message>
            <source>请向本区区级管理员要文件；本机没有改动。</source>
            <translation>Please ask the administrator of this district for the file; nothing changed on this computer.</translation>
        </message>
        <message>
            <source>请向站点核实这个附件；确认无害后可在隔离区放行，或让站点更正附件后重新导出。</source>
            <translation>Please ask the station about this attachment; if it is harmless, release it in quarantine, or have the station correct the attachment and export again.</translation>
        </message>
        <message>
            <source>请向站点要一次完整的报送（export --all）。</source>
            <translation>Please ask the station for a complete export (export --all).</translation>
        </message>
        <message>
            <source>请在“历次全会”里填写开幕日期，否则统计按日历年。</source>
            <translation>Please fill in the opening day under "Plenary sessions", or statistics go by calendar year.</translation>
        </message>
        <message>
            <source>请在出席中补记到场的{side}；没有请到的，改用别的活动种类。</source>
            <translation>Please add those of {side} who came under attendance; if none could come, choose another kind of activity.</translation>
        </message>
        <message>
            <source>请在区级的电脑上打开这个申请文件。</source>
            <translation>Please open this request file on the district's computer.</translation>
        </message>
        <message>
            <source>请在区级的电脑上操作。</source>
            <translation>Please do it on the district's computer.</translation>
        </message>
        <message>
            <source>请在原来的电脑、原来的用户下打开，或用恢复码打开后设一个口令（命令行用 --passphrase-file）。</source>
            <translation>Please open it on the same computer as the same user, or open it with the recovery code and set a passphrase (--passphrase-file on the command line).</translation>
        </message>
        <message>
            <source>请在口令文件的第一行写上口令。</source>
            <translation>Please write the passphrase on the first line of the passphrase file.</translation>
        </message>
        <message>
            <source>请在导入记录里查看编号。</source>
            <translation>Please look up the number in the list of imports.</translation>
        </message>
        <message>
            <source>请在手机相机设置里选“兼容性最佳”(JPEG),或用微信发送后再保存。</source>
            <translation>Please choose "Most Compatible" (JPEG) in the telephone's camera settings, or send it by WeChat and save it again.</translation>
        </message>
        <message>
            <source>请在站点的电脑上打开这个文件。</source>
            <translation>Please open this file on the station's computer.</translation>
        </message>
        <message>
            <source>请在表格程序里选中单元格，复制后再来粘贴。</source>
            <translation>Please select cells in the spreadsheet, copy them, then paste here.</translation>
        </message>
        <message>
            <source>请在表格里把这一列设成文本，重新填写后再粘贴。</source>
            <translation>Please set this column to text in the spreadsheet, enter it anew and paste again.</translation>
        </message>
        <message>
            <source>请在设置的“打印和归档”里填写档案馆给的全宗号。</source>
            <translation>Please fill in the fonds number from the archives under "Printing and archiving" in the settings.</translation>
        </message>
        <message>
            <source>请在该站归档后，随数据包报来。</source>
            <translation>It comes with a bundle once that station has archived it.</translation>
        </message>
        <message>
            <source>请在这台电脑上安装新版本后再打开；文件没有改动。</source>
            <translation>Please install the newer version on this computer, then open it; the file was not changed.</translation>
        </message>
        <message>
            <source>请填1到{days}。</source>
            <translation>Please enter 1 to {days}.</translation>
        </message>
        <message>
            <source>请填{least}到{most}之间的整数。</source>
            <translation>Please enter a whole number from {least} to {most}.</translation>
        </message>
        <message>
            <source>请填一人，A角不在时由其接手；暂时没有的，写明理由后保留。</source>
            <translation>Please name someone who takes over when clerk A is away; if there is nobody yet, keep it with a reason.</translation>
        </message>
        <message>
            <source>请填一位能对接的人；暂时没有的，写明理由后保留。</source>
            <translation>Please name someone to contact; if there is nobody yet, keep it with a reason.</translation>
        </message>
        <message>
            <source>请填写6位数字的代码，例如990000。</source>
            <translation>Please enter a code of 6 digits, for example 990000.</translation>
        </message>
        <message>
            <source>请填写“{label}”。</source>
            <translation>Please fill in "{label}".</translation>
        </message>
        <message>
            <source>请填写乡镇或街道名。</source>
            <translation>Please enter the name of the town or subdistrict.</translation>
        </message>
        <message>
            <source>请填写全称，例如“石桥镇政协联络站”。</source>
            <translation>Please enter the full name, for example "Shiqiao CPPCC Liaison Station".</translation>
        </message>
        <message>
            <source>请填写办理时限，或先选紧急程度。</source>
            <translation>Please fill in the deadline, or choose the urgency first.</translation>
        </message>
        <message>
            <source>请填文字。</source>
            <translation>Please enter text.</translation>
        </message>
        <message>
            <source>请填是或否。</source>
            <translation>Please enter yes or no.</translation>
        </message>
        <message>
            <source>请安装相同或更新的版本后再启动；数据没有改动。</source>
            <translation>Install the same or a newer version, then start again; the data were not changed.</translation>
        </message>
        <message>
            <source>请安装相同的版本；两边的数据都没有改动。</source>
            <translation>Please install the same version; the data on either side is unchanged.</translation>
        </message>
        <message>
            <source>请对照打印的恢复码逐组核对，里面没有字母 I、L、O、U。</source>
            <translation>Please compare with the printed recovery code group by group; it holds no letters I, L, O or U.</translation>
        </message>
        <message>
            <source>请对照证件核对第7至14位。</source>
            <translation>Please compare digits 7 to 14 with the card.</translation>
        </message>
        <message>
            <source>请对照证件核对；没有证件的不必填。</source>
            <translation>Please compare with the card; leave it empty where there is none.</translation>
        </message>
        <message>
            <source>请征得本人同意后填写日期。</source>
            <translation>Please fill in the day once the person has agreed.</translation>
        </message>
        <message>
            <source>请打开U盘的写保护开关，或换一个可以写入的文件夹，再做一次。</source>
            <translation>Please switch off the write protection of the stick, or choose a folder that can be written to, and do it again.</translation>
        </message>
        <message>
            <source>请打开它，或另选一个空文件夹。</source>
            <translation>Please open it, or choose another, empty folder.</translation>
        </message>
        <message>
            <source>请打电话逐组核对，一致后加上 --yes，或用 --fingerprint 写上对方读出的六组数字。</source>
            <translation>Please compare group by group over the telephone; when all agree, add --yes, or give the six groups that were read with --fingerprint.</translation>
        </message>
        <message>
            <source>请打电话问区级管理员，弄清楚再签。</source>
            <translation>Telephone the district administrator and sign once it is clear.</translation>
        </message>
        <message>
            <source>请打电话问区级管理员；本机的数据都在。</source>
            <translation>Please telephone the district's administrator; the data on this computer are all here.</translation>
        </message>
        <message>
            <source>请找这份数据首次运行时打印的恢复码，换过恢复码的用最新的一张。</source>
            <translation>Please find the recovery code printed when these data were first set up; if it was changed, the newest one.</translation>
        </message>
        <message>
            <source>请把多页扫描件存为 PDF，动图存为一张照片，再添加。</source>
            <translation>Please save a scan of several pages as PDF and a moving picture as one photo, then add it.</translation>
        </message>
        <message>
            <source>请把恢复码抄在纸上锁好，这里只显示这一次。</source>
            <translation>Copy the recovery code onto paper and lock it away; it is shown only this once.</translation>
        </message>
        <message>
            <source>请把恢复码抄在纸上锁好：忘了口令、换了电脑时只能靠它打开，这里只显示这一次。</source>
            <translation>Please write the recovery code on paper and lock it away: when the passphrase is forgotten or the computer replaced, only this opens the records. It is shown this once.</translation>
        </message>
        <message>
            <source>请把文件“{file}”交给维护人员；里面没有记录内容。</source>
            <translation>Please give the file "{file}" to whoever maintains the program; no content of records is in it.</translation>
        </message>
        <message>
            <source>请把文件另存为 UTF-8 编码后再试。</source>
            <translation>Please save the file as UTF-8 and try again.</translation>
        </message>
        <message>
            <source>请把文件送到它写明的地方；没有改动任何记录。</source>
            <translation>Please take the file where it says it belongs; no record was changed.</translation>
        </message>
        <message>
            <source>请把登记申请交给区里；登记以后自动接着报送，记录都在。急用时可以先用U盘送，区里登记以后照收。</source>
            <translation>Give the request file to the district; once it has enrolled them, sending goes on by itself and no record is lost. In a hurry, send by stick: the district takes it after the enrolment.</translation>
        </message>
        <message>
            <source>请把组长加进成员，或改选组长。</source>
            <translation>Please add the head to the members, or choose another head.</translation>
        </message>
        <message>
            <source>请把这个介质（或抄在纸上的那一行）和根钥匙分开锁好：它能打开以后的全部数据包。旧的应急钥匙也请留着。</source>
            <translation>Lock this medium (or the line copied onto paper) away from the root keys: it opens all bundles from now on. Keep earlier escrow keys too.</translation>
        </message>
        <message>
            <source>请把这个文件交给区级管理员；让对方更新程序后重新导出。没有改动任何记录。</source>
            <translation>Please give this file to the district administrator; the sender must update the program and export again. No record was changed.</translation>
        </message>
        <message>
            <source>请按 README 安装 Qt 需要的系统库后再试；其余步骤都已完成。</source>
            <translation>Please install the system libraries that Qt needs as the README says, then try again; all other steps are done.</translation>
        </message>
        <message>
            <source>请按 lists schema 给出的样子改。</source>
            <translation>Follow what lists schema shows.</translation>
        </message>
        <message>
            <source>请按“09:30”的样子填写。</source>
            <translation>Please write it like "09:30".</translation>
        </message>
        <message>
            <source>请按“2026-03-06”的样子填写。</source>
            <translation>Please write it like "2026-03-06".</translation>
        </message>
        <message>
            <source>请按签到表登记到会的人。</source>
            <translation>Please enter who came from the sign-in sheet.</translation>
        </message>
        <message>
            <source>请换一个U盘或文件夹，再做一次。</source>
            <translation>Please take another stick or folder and do it again.</translation>
        </message>
        <message>
            <source>请换一个可以写入的文件夹，或请管理员放开权限。</source>
            <translation>Please choose a folder that can be written to, or ask the administrator for permission.</translation>
        </message>
        <message>
            <source>请换一个空文件夹，或打开这里已有的数据。</source>
            <translation>Please choose another, empty folder, or open the data that are here.</translation>
        </message>
        <message>
            <source>请换一个端口（--port），或关闭占用它的程序。</source>
            <translation>Choose another port (--port), or close the program that uses it.</translation>
        </message>
        <message>
            <source>请换一个词，或写明理由后保留。</source>
            <translation>Please choose another word, or keep it with a reason.</translation>
        </message>
        <message>
            <source>请换一个较短的、只含汉字、字母和数字的名字，再做一次。</source>
            <translation>Please choose a shorter name of plain characters, letters and digits only, and do it again.</translation>
        </message>
        <message>
            <source>请换另一份备份；没有别的备份时，请与区里联系：区里存有本站报送过的数据。</source>
            <translation>Please use another backup; if there is none, contact the district: it holds what this station reported.</translation>
        </message>
        <message>
            <source>请换用登记在名单里的根钥匙；没有建立任何文件。</source>
            <translation>Use a root key that the list names; nothing was made.</translation>
        </message>
        <message>
            <source>请换用登记在名单里的根钥匙；没有签名。</source>
            <translation>Use a root key that the list names; nothing was signed.</translation>
        </message>
        <message>
            <source>请插好U盘或检查这个文件夹，再做一次；重复做不会出错。</source>
            <translation>Please plug in the stick or check the folder, and do it again; doing it twice does no harm.</translation>
        </message>
        <message>
            <source>请改为{last}以前的日期。</source>
            <translation>Please change the date to {last} or earlier.</translation>
        </message>
        <message>
            <source>请改为“不予受理”并告知群众，或更正“受理范围”。</source>
            <translation>Please change it to "Not accepted" and tell the citizens, or correct "Within the remit".</translation>
        </message>
        <message>
            <source>请改正其中一处。</source>
            <translation>Please correct one of them.</translation>
        </message>
        <message>
            <source>请改正其中一处；知道出生日期的，年龄可以不填。</source>
            <translation>Please correct one of them; with a date of birth the age may be left empty.</translation>
        </message>
        <message>
            <source>请改正状态或清空满足日期。</source>
            <translation>Please correct the state or clear the date of being met.</translation>
        </message>
        <message>
            <source>请改用口令；数据不受影响。</source>
            <translation>Please use the passphrase instead; the data are not affected.</translation>
        </message>
        <message>
            <source>请改用编号。</source>
            <translation>Please use the number instead.</translation>
        </message>
        <message>
            <source>请标上“涉信访”，这样它不计入办结率。</source>
            <translation>Please tick "Petition"; then it is left out of the closing rate.</translation>
        </message>
        <message>
            <source>请校准电脑的日期和时间后再试。</source>
            <translation>Set the computer's date and time, then try again.</translation>
        </message>
        <message>
            <source>请核对接待时间。</source>
            <translation>Please check the times of the reception.</translation>
        </message>
        <message>
            <source>请核对文件名里的站点和送达对象；如果确是给这里的，请让对方先完成登记再重新导出。</source>
            <translation>Please check the station and the addressee in the file name; if it is meant for here, the sender must be enrolled first and export again.</translation>
        </message>
        <message>
            <source>请核对日期；电脑时钟不准的，请先校准。</source>
            <translation>Please check the date; if the computer's clock is wrong, set it first.</translation>
        </message>
        <message>
            <source>请核对日期；确实晚了的，写明理由后保留。</source>
            <translation>Please check the dates; if it really was late, keep it with a reason.</translation>
        </message>
        <message>
            <source>请核对时间；跨天的请分开填写日期。</source>
            <translation>Please check the times; for more than one day fill in both dates.</translation>
        </message>
        <message>
            <source>请核对编号。</source>
            <translation>Check the numbers.</translation>
        </message>
        <message>
            <source>请核对编号和种类，只能关联两条同类的记录。</source>
            <translation>Check numbers and kind: only two records of one kind can be linked.</translation>
        </message>
        <message>
            <source>请核对起止日期。</source>
            <translation>Please check the first and the last day.</translation>
        </message>
        <message>
            <source>请核对这两个日期。</source>
            <translation>Please check the two dates.</translation>
        </message>
        <message>
            <source>请检查 --db 的地址、口令和数据库是否已启动。</source>
            <translation>Check the address and password of --db and whether the database is running.</translation>
        </message>
        <message>
            <source>请检查 --passphrase-file 后面的文件名；文件里只写口令，UTF-8 编码。</source>
            <translation>Please check the file name after --passphrase-file; the file holds only the passphrase, in UTF-8.</translation>
        </message>
        <message>
            <source>请检查 --tls-cert 和 --tls-key 两个 PEM 文件。</source>
            <translation>Check the two PEM files of --tls-cert and --tls-key.</translation>
        </message>
        <message>
            <source>请检查地址、口令和数据库；再做一次就会接着送，重复做不会出错。</source>
            <translation>Please check address, password and database; doing it again goes on where it stopped, repeating does no harm.</translation>
        </message>
        <message>
            <source>请检查大小写和输入法后再试；忘记口令时，可用首次运行时打印的恢复码。</source>
            <translation>Please check capital letters and the input method and try again; if the passphrase is forgotten, use the recovery code printed at the first start.</translation>
        </message>
        <message>
            <source>请检查文件内容。</source>
            <translation>Check the content of the file.</translation>
        </message>
        <message>
            <source>请检查磁盘或U盘是否松动；已存的内容都在，请尽快做一次备份。</source>
            <translation>Please check whether the disk or stick is loose; all that was saved is there, please make a backup soon.</translation>
        </message>
        <message>
            <source>请检查网址；如果网络需要先登录，请登录后再试。本机没有改动。</source>
            <translation>Check the address; if the network asks for a login, log in first. Nothing was changed here.</translation>
        </message>
        <message>
            <source>请检查网址；本站要连接登记过的区县。</source>
            <translation>Check the address; this station connects to the district it is enrolled with.</translation>
        </message>
        <message>
            <source>请检查网络，通了再做一次；网络一直不通时请用U盘报送。</source>
            <translation>Please check the network and do it again when it works; if it never does, hand over by USB stick.</translation>
        </message>
        <message>
            <source>请检查这一栏：应填{wanted}。</source>
            <translation>Please check this field: it takes {wanted}.</translation>
        </message>
        <message>
            <source>请求没有按规定签名。</source>
            <translation>The request is not signed as prescribed.</translation>
        </message>
        <message>
            <source>请求的内容类型不对。</source>
            <translation>The content type of the request is wrong.</translation>
        </message>
        <message>
            <source>请求的签名不对。</source>
            <translation>The signature of the request is wrong.</translation>
        </message>
        <message>
            <source>请求里的编号不对。</source>
            <translation>The number in the request is wrong.</translation>
        </message>
        <message>
            <source>请清理磁盘后重试；已存的内容都在。</source>
            <translation>Please free some space on the disk and try again; all that was saved is there.</translation>
        </message>
        <message>
            <source>请清空号码，或改填姓名；本人同意只留电话的，写明理由后保留。</source>
            <translation>Please clear the number, or enter the name; if the person agreed to leave only a telephone number, keep it with a reason.</translation>
        </message>
        <message>
            <source>请照档案馆给的代码填写。</source>
            <translation>Please enter the code given by the archives.</translation>
        </message>
        <message>
            <source>请照纸上抄的输入恢复码；大小写、空格和横线都不要紧。</source>
            <translation>Please enter the recovery code as written on paper; capitals, spaces and hyphens do not matter.</translation>
        </message>
        <message>
            <source>请照纸上抄的逐组输入。</source>
            <translation>Please enter it group by group as written on paper.</translation>
        </message>
        <message>
            <source>请用 --key 指明介质上的根钥匙文件。</source>
            <translation>Name the root key file on its medium with --key.</translation>
        </message>
        <message>
            <source>请用 --key 给出根钥匙文件；没有根钥匙，各站点要重新登记。</source>
            <translation>Give the root key file with --key; without a root key every station must enrol anew.</translation>
        </message>
        <message>
            <source>请用 --key-passphrase-file 指明写有它口令的文件。</source>
            <translation>Name a file with its passphrase with --key-passphrase-file.</translation>
        </message>
        <message>
            <source>请用 --new-passphrase-file 指明写有口令的文件。</source>
            <translation>Name a file with the passphrase with --new-passphrase-file.</translation>
        </message>
        <message>
            <source>请用 --new-passphrase-file、--new-recovery 或 --keyring。</source>
            <translation>Please use --new-passphrase-file, --new-recovery or --keyring.</translation>
        </message>
        <message>
            <source>请用 --set 栏目=内容。</source>
            <translation>Please use --set field=content.</translation>
        </message>
        <message>
            <source>请用 --set 栏目=内容，或 --file 文件，或 --lines。</source>
            <translation>Please use --set field=content, --file FILE or --lines.</translation>
        </message>
        <message>
            <source>请用 --to 指明U盘或文件夹。</source>
            <translation>Name a USB stick or folder with --to.</translation>
        </message>
        <message>
            <source>请用 https:// 开头的网址。</source>
            <translation>Use an address that begins with https://.</translation>
        </message>
        <message>
            <source>请用 init 新建，用 restore 从备份恢复，或用 --home 指明文件夹。</source>
            <translation>Please set one up with init, restore a backup with restore, or name the folder with --home.</translation>
        </message>
        <message>
            <source>请用 keys root draft 写出草稿文件，交给根钥匙保管人签名（keys root sign），再用 keys root take 取回。</source>
            <translation>Write the draft file with keys root draft, have the holders of the root keys sign it (keys root sign), then take it back with keys root take.</translation>
        </message>
        <message>
            <source>请用 list 或 search 查一下编号。</source>
            <translation>Please look up the number with list or search.</translation>
        </message>
        <message>
            <source>请用 quarantine list 查看编号。</source>
            <translation>Please look up the number with quarantine list.</translation>
        </message>
        <message>
            <source>请用U盘报送，或请区级管理员放宽限额。</source>
            <translation>Use a USB stick, or ask the district's administrator to raise the limit.</translation>
        </message>
        <message>
            <source>请用一句话写明依据。</source>
            <translation>Give the grounds in one sentence.</translation>
        </message>
        <message>
            <source>请用一句话说明为什么丢弃。</source>
            <translation>Please say in one sentence why it is thrown away.</translation>
        </message>
        <message>
            <source>请用一句话说明为什么作废。</source>
            <translation>Please say in one sentence why it is void.</translation>
        </message>
        <message>
            <source>请用一句话说明为什么吊销。</source>
            <translation>Please say in one sentence why it is revoked.</translation>
        </message>
        <message>
            <source>请用一句话说明为什么更正。</source>
            <translation>Please say in one sentence why it is corrected.</translation>
        </message>
        <message>
            <source>请用一句话说明为什么这样定。</source>
            <translation>Please say in one sentence why it is decided so.</translation>
        </message>
        <message>
            <source>请用一句话说明原因。</source>
            <translation>Please give the reason in one sentence.</translation>
        </message>
        <message>
            <source>请用一句话说明要站点改什么。</source>
            <translation>Please say in one sentence what the station is to change.</translation>
        </message>
        <message>
            <source>请用地名拼音的首字母，例如石桥镇用SQ。</source>
            <translation>Please use the pinyin initials of the place, for example SQ for Shiqiao.</translation>
        </message>
        <message>
            <source>请用恢复码恢复，同时给一个新口令（命令行用 --passphrase-file）。</source>
            <translation>Please restore with the recovery code and give a new passphrase (--passphrase-file on the command line).</translation>
        </message>
        <message>
            <source>请用本程序的 pull 收取。</source>
            <translation>Use this program's pull.</translation>
        </message>
        <message>
            <source>请用本程序的 push 报送。</source>
            <translation>Use this program's push.</translation>
        </message>
        <message>
            <source>请用本程序的 push、pull 连接。</source>
            <translation>Connect with this program's push and pull.</translation>
        </message>
        <message>
            <source>请用生僻字输入换成标准字；字库里没有的，用同音字或拆写，并在备注说明。</source>
            <translation>Please replace it with the standard character using a rare-character input; if the font lacks it, write a character of the same sound or its parts, and say so in the remarks.</translation>
        </message>
        <message>
            <source>请用登记过的电脑发送；这里没有改动。</source>
            <translation>Send from an enrolled computer; nothing was changed here.</translation>
        </message>
        <message>
            <source>请用看图程序打开试试；打不开就重新拍照或扫描。原来的记录没有改动。</source>
            <translation>Please try to open it in a picture viewer; if that fails, take the photo or scan again. The record was not changed.</translation>
        </message>
        <message>
            <source>请用看图程序缩小后再添加。</source>
            <translation>Please make it smaller in a picture viewer, then add it.</translation>
        </message>
        <message>
            <source>请由专委会主任、秘书长或分管副主席审批后填写。</source>
            <translation>Please fill it in once a committee director, the secretary-general or the vice-chairperson in charge has approved.</translation>
        </message>
        <message>
            <source>请确认文件没有改错扩展名、没有损坏，用相应程序打开后另存一份再添加。</source>
            <translation>Please make sure that the file has the right extension and is not damaged; open it in its program, save it anew and add that.</translation>
        </message>
        <message>
            <source>请确认该站点已登记（enrol accept），登记后在隔离区选“重新接收”。</source>
            <translation>Please make sure that the station is enrolled (enrol accept), then choose "Take in again" in quarantine.</translation>
        </message>
        <message>
            <source>请稍后再试，或用U盘报送。</source>
            <translation>Try again later, or use a USB stick.</translation>
        </message>
        <message>
            <source>请稍等，做完会自动继续。</source>
            <translation>Please wait; it goes on by itself.</translation>
        </message>
        <message>
            <source>请站点在“月底交区里”的“电话里的回执码”一栏输入；里面没有字母 I、L、O、U。</source>
            <translation>Please have the station enter it under "Month-end hand-over" in "Receipt code from the telephone"; it holds no letters I, L, O or U.</translation>
        </message>
        <message>
            <source>请等对方办理；有话要说的，写在记录里随下一次交接带去。</source>
            <translation>Wait for the other side; what you want to say, write into the record: it goes along next time.</translation>
        </message>
        <message>
            <source>请等站点回复，或由区里直接裁定。</source>
            <translation>Wait for the station's answer, or decide at the district.</translation>
        </message>
        <message>
            <source>请给出1至{most}把各不相同的根钥匙，签名数不超过钥匙数，例如三把里要两把。</source>
            <translation>Give 1 to {most} different root keys and no more signatures than keys, for example two of three.</translation>
        </message>
        <message>
            <source>请联系技术人员；不要再做备份或报送。</source>
            <translation>Ask a technician; make no backup and send nothing until then.</translation>
        </message>
        <message>
            <source>请至少用8个字母或4个汉字，例如一句自己记得住的话。</source>
            <translation>Please use at least 8 letters or 4 Chinese characters, such as a sentence you can remember.</translation>
        </message>
        <message>
            <source>请至少选一条记录。</source>
            <translation>Please choose at least one record.</translation>
        </message>
        <message>
            <source>请补上现任的一届，或把状态改为辞去、撤销、届满。</source>
            <translation>Please add the present term, or change the state to "Resigned", "Removed" or "Term ended".</translation>
        </message>
        <message>
            <source>请补上这一级的任期，或改正级别。</source>
            <translation>Please add the term at this level, or correct the level.</translation>
        </message>
        <message>
            <source>请补写其中一项；只是了解情况的，在后续计划写“无需办理”。</source>
            <translation>Please write one of them; if it was only to learn of something, write "nothing to do" as the next step.</translation>
        </message>
        <message>
            <source>请补写原因；不知道的写“未说明”。</source>
            <translation>Please add the reason; if it is not known, write "not said".</translation>
        </message>
        <message>
            <source>请补写；没有准假的记为缺席。</source>
            <translation>Please add it; without leave, the person counts as absent.</translation>
        </message>
        <message>
            <source>请补齐；确实补不齐的，选“缺件归档”，缺少的会写进备考表。</source>
            <translation>Please fill the gaps; if that cannot be done, choose "Archive with gaps", and what is missing goes on the box note sheet.</translation>
        </message>
        <message>
            <source>请装入由本机的申请文件换回的那一份；本机没有改动。</source>
            <translation>Please install the one made from this computer's request file; nothing changed on this computer.</translation>
        </message>
        <message>
            <source>请让区级在“站点”里选本机，写重建文件（rebuild --for {device}），把整个文件夹带回来。</source>
            <translation>Please have the district choose this computer under “Stations” and write its rebuild files (rebuild --for {device}), then bring the whole folder.</translation>
        </message>
        <message>
            <source>请让区级管理员重新生成登记回执文件；本机没有改动。</source>
            <translation>Please have the district administrator write the enrolment receipt again; nothing changed on this computer.</translation>
        </message>
        <message>
            <source>请让对方再送一次；重复接收不会出错。</source>
            <translation>Please have it sent again; taking it in twice does no harm.</translation>
        </message>
        <message>
            <source>请让对方重新导出一次再送来；这个文件已隔离保存，没有改动任何记录。</source>
            <translation>Please have it exported and sent again; this file is kept in quarantine, no record was changed.</translation>
        </message>
        <message>
            <source>请让站点先换钥匙（keys rotate），再用新的申请文件登记。</source>
            <translation>Have the station change its keys first (keys rotate), then enrol the new request.</translation>
        </message>
        <message>
            <source>请让站点重新生成申请文件；没有登记任何站点。</source>
            <translation>Please have the station write the request file again; no station was enrolled.</translation>
        </message>
        <message>
            <source>请设一个口令（命令行用 --passphrase-file），或在有系统钥匙串的桌面里运行（Windows 自带；Linux 装 gnome-keyring 或 KWallet）。</source>
            <translation>Please set a passphrase (--passphrase-file on the command line), or run it on a desktop with a keyring (part of Windows; on Linux install gnome-keyring or KWallet).</translation>
        </message>
        <message>
            <source>请输入口令。</source>
            <translation>Please enter the passphrase.</translation>
        </message>
        <message>
            <source>请输入口令（命令行用 --passphrase-file），或用恢复码打开。</source>
            <translation>Please enter the passphrase (--passphrase-file on the command line), or open it with the recovery code.</translation>
        </message>
        <message>
            <source>请过几小时再传，或用U盘报送。</source>
            <translation>Send it in a few hours, or use a USB stick.</translation>
        </message>
        <message>
            <source>请选另一条。</source>
            <translation>Choose another one.</translation>
        </message>
        <message>
            <source>请选委员或填姓名。</source>
            <translation>Please choose a member or enter a name.</translation>
        </message>
        <message>
            <source>请选委员；由文书代为接待的，写明理由后保留。</source>
            <translation>Please choose a member; if a clerk received people instead, keep it with a reason.</translation>
        </message>
        <message>
            <source>请选定{code}以哪一个为准</source>
            <translation>Decide which value of {code} stands</translation>
        </message>
        <message>
            <source>请选择对方用 Studio Desk 生成的登记文件；如果确是它，请让对方重新生成。</source>
            <translation>Please choose the enrolment file that Studio Desk wrote on the other side; if this is it, have it written again.</translation>
        </message>
        <message>
            <source>请选择扩展名为 .sdx 的文件；如果确是交接文件，请让对方重新导出。</source>
            <translation>Please choose a file that ends in .sdx; if this is an exchange file, have it exported again.</translation>
        </message>
        <message>
            <source>请选择本程序写出的文件；没有改动。</source>
            <translation>Choose a file written by this program; nothing was changed.</translation>
        </message>
        <message>
            <source>请选接收站用的证书（PEM，hub serve 的 --tls-cert），不是钥匙。</source>
            <translation>Please choose the hub's certificate (PEM, --tls-cert of hub serve), not its key.</translation>
        </message>
        <message>
            <source>请选领衔委员；名册里没有的，先登记委员。</source>
            <translation>Please choose the lead member; if not in the list, register the member first.</translation>
        </message>
        <message>
            <source>请逐位核对；证件上确实如此的，写明理由后保留。</source>
            <translation>Please compare every digit; if the card really says so, keep it with a reason.</translation>
        </message>
        <message>
            <source>请逐组核对；里面没有字母 I、L、O、U。</source>
            <translation>Please compare group by group; it holds no letters I, L, O or U.</translation>
        </message>
        <message>
            <source>请重新发送这个数据包。</source>
            <translation>Send this bundle again.</translation>
        </message>
        <message>
            <source>请重新发送；如果反复出现，请用U盘报送。</source>
            <translation>Send it again; if this keeps happening, use a USB stick.</translation>
        </message>
        <message>
            <source>请重新发送；里面没有东西丢失。</source>
            <translation>Send it again; nothing is lost.</translation>
        </message>
        <message>
            <source>请重新安装程序，不要单独升级其中的组件。</source>
            <translation>Please install the program again, and do not upgrade parts of it on their own.</translation>
        </message>
        <message>
            <source>请重新安装程序；如果是自己放进 fonts/user 的字体，请换成 TrueType（.ttf）格式或移走它。</source>
            <translation>Please install the program again; if it is a font you put into fonts/user yourself, use a TrueType font (.ttf) instead or move it away.</translation>
        </message>
        <message>
            <source>请重新导出后再试。</source>
            <translation>Please export again, then try again.</translation>
        </message>
        <message>
            <source>请重新扫描或拍照后再添加。</source>
            <translation>Please scan or photograph it again, then add it.</translation>
        </message>
        <message>
            <source>请重新收取（pull）。</source>
            <translation>Pull again (pull).</translation>
        </message>
        <message>
            <source>请重新添加这个文件，校验码由程序计算。</source>
            <translation>Please add the file again; the program works out the checksum.</translation>
        </message>
        <message>
            <source>请重新生成一次；如果是外来的文件，请换一份。</source>
            <translation>Please make it again; if the file came from elsewhere, use another one.</translation>
        </message>
        <message>
            <source>请重新输一遍。</source>
            <translation>Please enter it again.</translation>
        </message>
        <message>
            <source>读不出</source>
            <translation>Cannot be read</translation>
        </message>
        <message>
            <source>读不出来</source>
            <translation>Cannot be read</translation>
        </message>
        <message>
            <source>读不到口令文件“{file}”。</source>
            <translation>The passphrase file "{file}" cannot be read.</translation>
        </message>
        <message>
            <source>读写“{place}”时出错：{reason}。</source>
            <translation>An error while reading or writing "{place}": {reason}.</translation>
        </message>
        <message>
            <source>读这个文件的程序中途停止了（可能是内存不够）。</source>
            <translation>The program part that reads this file stopped midway (perhaps too little memory).</translation>
        </message>
        <message>
            <source>谁</source>
            <translation>Who</translation>
        </message>
        <message>
            <source>谁在这台电脑上录入</source>
            <translation>Who enters records on this computer</translation>
        </message>
        <message>
            <source>谁已删除，用 status 查看。</source>
            <translation>status tells who has erased it.</translation>
        </message>
        <message>
            <source>调整次序{n}处</source>
            <translation>{n} in another order</translation>
        </message>
        <message>
            <source>责任</source>
            <translation>Responsibility</translation>
        </message>
        <message>
            <source>责任专委会</source>
            <translation>Responsible special committee</translation>
        </message>
        <message>
            <source>责任人</source>
            <translation>Responsible person</translation>
        </message>
        <message>
            <source>责任单位或人</source>
            <translation>Responsible unit or person</translation>
        </message>
        <message>
            <source>资料还不齐：没有活动小结。</source>
            <translation>Papers are not complete: there is no summary of the activity.</translation>
        </message>
        <message>
            <source>资料齐</source>
            <translation>Papers complete</translation>
        </message>
        <message>
            <source>资料齐全</source>
            <translation>Papers complete</translation>
        </message>
        <message>
            <source>起</source>
            <translation>Since</translation>
        </message>
        <message>
            <source>身份</source>
            <translation>Role</translation>
        </message>
        <message>
            <source>身份证号</source>
            <translation>Identity number</translation>
        </message>
        <message>
            <source>身份证号应为18位，末位是数字或X。</source>
            <translation>An identity number has 18 places, the last is a digit or X.</translation>
        </message>
        <message>
            <source>身份证号末位校验码不对，按前17位应为“{digit}”。</source>
            <translation>The check digit of the identity number is wrong; by the first 17 digits it should be "{digit}".</translation>
        </message>
        <message>
            <source>身份证号第17位表示“{told}”，登记的是“{sex}”。</source>
            <translation>Digit 17 of the identity number says "{told}", but "{sex}" is entered.</translation>
        </message>
        <message>
            <source>身份证号里的出生日期不存在或还没有到。</source>
            <translation>The date of birth in the identity number does not exist or has not come yet.</translation>
        </message>
        <message>
            <source>身份证号里的出生日期是{told}，登记的是{birth}。</source>
            <translation>The date of birth in the identity number is {told}, but {birth} is entered.</translation>
        </message>
        <message>
            <source>转到“{state}”</source>
            <translation>Go to "{state}"</translation>
        </message>
        <message>
            <source>转到下一个状态</source>
            <translation>go to the next state</translation>
        </message>
        <message>
            <source>转到哪个状态</source>
            <translation>the state to go to</translation>
        </message>
        <message>
            <source>转化为</source>
            <translation>Turned into</translation>
        </message>
        <message>
            <source>转化记录</source>
            <translation>Record it turned into</translation>
        </message>
        <message>
            <source>辅助力量</source>
            <translation>Helper</translation>
        </message>
        <message>
            <source>辖区</source>
            <translation>Area covered</translation>
        </message>
        <message>
            <source>辞去</source>
            <translation>Resigned</translation>
        </message>
        <message>
            <source>辞去委员</source>
            <translation>Resignation</translation>
        </message>
        <message>
            <source>返回</source>
            <translation>Back</translation>
        </message>
        <message>
            <source>返回（Alt+左）</source>
            <translation>Back (Alt+Left)</translation>
        </message>
        <message>
            <source>还不知道区级接收站的网址。</source>
            <translation>The address of the district's hub is not known yet.</translation>
        </message>
        <message>
            <source>还在等区里的回执，收到以前这些记录显示“已送出”。</source>
            <translation>The district's receipt is still to come; until then these records show “Sent”.</translation>
        </message>
        <message numerus="yes">
            <source>还差{n}把根钥匙签名（keys root sign）。</source>
            <translation>
                <numerusform>{n} more root key must sign (keys root sign).</numerusform>
                <numerusform>{n} more root keys must sign (keys root sign).</numerusform>
            </translation>
        </message>
        <message>
            <source>还是“{state}”，不会归档。</source>
            <translation>It is still "{state}" and will not be archived.</translation>
        </message>
        <message>
            <source>还是不能收：{why}</source>
            <translation>It still cannot be taken in: {why}</translation>
        </message>
        <message numerus="yes">
            <source>还有{n}件没有列出。</source>
            <translation>
                <numerusform>{n} more is not listed.</numerusform>
                <numerusform>{n} more are not listed.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>还有{n}份送回的，见表里的说明。</source>
            <translation>
                <numerusform>{n} more return: see the table.</numerusform>
                <numerusform>{n} more returns: see the table.</numerusform>
            </translation>
        </message>
        <message>
            <source>还有{n}处。</source>
            <translation>{n} more.</translation>
        </message>
        <message numerus="yes">
            <source>还有{n}处不齐。</source>
            <translation>
                <numerusform>{n} gap is left.</numerusform>
                <numerusform>{n} gaps are left.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>还有{n}处不齐，列在“缺漏”里。最好先补齐；现在归档，缺少的会写进备考表。</source>
            <translation>
                <numerusform>{n} gap is left, listed under "Gaps". Better fill it first; if you archive now, what is missing goes on the box note sheet.</numerusform>
                <numerusform>{n} gaps are left, listed under "Gaps". Better fill them first; if you archive now, what is missing goes on the box note sheet.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>还有{n}处没有列出。</source>
            <translation>
                <numerusform>{n} more is not listed.</numerusform>
                <numerusform>{n} more are not listed.</numerusform>
            </translation>
        </message>
        <message>
            <source>还有{n}条这样的说法没有列出。</source>
            <translation>{n} more such claims are not listed.</translation>
        </message>
        <message>
            <source>还有{n}项没有列出。</source>
            <translation>Not listed here: {n} more.</translation>
        </message>
        <message>
            <source>还有工作没有做完，请等一等或先取消。</source>
            <translation>Some work is not finished; please wait or cancel it first.</translation>
        </message>
        <message>
            <source>还没有</source>
            <translation>not yet</translation>
        </message>
        <message>
            <source>还没有交过数据。</source>
            <translation>Nothing has been handed over yet.</translation>
        </message>
        <message>
            <source>还没有办完，现在是“{state}”。</source>
            <translation>It is not finished; its state is "{state}".</translation>
        </message>
        <message>
            <source>还没有回复的：{stations}。</source>
            <translation>Not answered yet: {stations}.</translation>
        </message>
        <message>
            <source>还没有填。</source>
            <translation>Not filled in.</translation>
        </message>
        <message>
            <source>还没有填全宗号，不能归档。</source>
            <translation>The fonds number is not filled in; nothing can be archived.</translation>
        </message>
        <message>
            <source>还没有备份</source>
            <translation>No backup yet</translation>
        </message>
        <message>
            <source>还没有备份。</source>
            <translation>There is no backup yet.</translation>
        </message>
        <message>
            <source>还没有备份过，请备份到U盘或另一块硬盘。</source>
            <translation>There has been no backup yet; please back up to a stick or another disk.</translation>
        </message>
        <message>
            <source>还没有收到过{station}的数据。</source>
            <translation>No data of {station} have been received yet.</translation>
        </message>
        <message>
            <source>还没有登记任何站点。</source>
            <translation>No station is enrolled yet.</translation>
        </message>
        <message>
            <source>还没有登记回执。区里登记好以后，把 U 盘插回来，这里会自动找到。</source>
            <translation>There is no enrolment receipt yet. Once the district has enrolled this station, plug the stick in again; it is found by itself.</translation>
        </message>
        <message>
            <source>还没有登记的站点。</source>
            <translation>No station is enrolled yet.</translation>
        </message>
        <message>
            <source>还没有确认的</source>
            <translation>Not confirmed by</translation>
        </message>
        <message>
            <source>还没有设口令</source>
            <translation>no passphrase is set yet</translation>
        </message>
        <message numerus="yes">
            <source>还要{n}把根钥匙签名才生效：请用 keys root draft 写出草稿。</source>
            <translation>
                <numerusform>{n} more root key must sign before it is in force: write the draft with keys root draft.</numerusform>
                <numerusform>{n} more root keys must sign before it is in force: write the draft with keys root draft.</numerusform>
            </translation>
        </message>
        <message numerus="yes">
            <source>这一栏有{n}个字，最多{limit}个字。</source>
            <translation>
                <numerusform>This field has {n} character, at most {limit} are allowed.</numerusform>
                <numerusform>This field has {n} characters, at most {limit} are allowed.</numerusform>
            </translation>
        </message>
        <message>
            <source>这一行不是 UTF-8 编码。</source>
            <translation>This line is not in UTF-8.</translation>
        </message>
        <message>
            <source>这一行不是命令。</source>
            <translation>This line is not a command.</translation>
        </message>
        <message>
            <source>这一项已经处理过了。</source>
            <translation>This item has been dealt with already.</translation>
        </message>
        <message>
            <source>这不是交接文件。</source>
            <translation>This is not an exchange file.</translation>
        </message>
        <message>
            <source>这两条已经关联。</source>
            <translation>These two are linked already.</translation>
        </message>
        <message>
            <source>这两条没有关联。</source>
            <translation>These two are not linked.</translation>
        </message>
        <message>
            <source>这两条没有直接关联，是经别的记录连在一起的。</source>
            <translation>These two are not linked directly but through other records.</translation>
        </message>
        <message>
            <source>这个 PDF 打不开。</source>
            <translation>This PDF does not open.</translation>
        </message>
        <message>
            <source>这个U盘或磁盘可能坏了，请换一个，再做一次。</source>
            <translation>The stick or disk may be broken; please take another one and do it again.</translation>
        </message>
        <message>
            <source>这个冲突已经交给站点裁定：{code}。</source>
            <translation>This conflict was sent to the station already: {code}.</translation>
        </message>
        <message>
            <source>这个回执码与本站的任何一次上报都不符。</source>
            <translation>This receipt code fits no hand-over of this station.</translation>
        </message>
        <message>
            <source>这个恢复码不是这份数据的。</source>
            <translation>This recovery code is not that of these data.</translation>
        </message>
        <message>
            <source>这个数据包正由另一个连接传送。</source>
            <translation>Another connection is sending this bundle.</translation>
        </message>
        <message>
            <source>这个数据库里还没有省级的表。</source>
            <translation>This database has no province's tables yet.</translation>
        </message>
        <message>
            <source>这个文件不是写给这里的，用本机的钥匙打不开。</source>
            <translation>This file is not written for here; the key of this computer does not open it.</translation>
        </message>
        <message>
            <source>这个文件不用再处理：里面的话区级要么用新的编号重说了，要么自己也没有了。可以丢弃它。</source>
            <translation>Nothing is left to do about this file: the district has said its content again under new numbers, or has itself forgotten it. It may be discarded.</translation>
        </message>
        <message>
            <source>这个文件已保存，等前面的送到后自动合并；请向站点要缺少的部分，或让它“全部导出”。</source>
            <translation>The file is kept and is merged by itself when the earlier ones come; ask the station for what is missing, or for "Export everything".</translation>
        </message>
        <message>
            <source>这个文件是交给 {to} 的，不是交给 {me} 的。</source>
            <translation>This file is for {to}, not for {me}.</translation>
        </message>
        <message>
            <source>这个文件是由更新版本的 Studio Desk 写成的（格式 {found}，本程序到 {known}）。</source>
            <translation>This file was written by a newer version of Studio Desk (format {found}, this program knows up to {known}).</translation>
        </message>
        <message>
            <source>这个文件签的是第{version}版，不是本机现在等待签名的那一份。</source>
            <translation>This file signs version {version}, not the one that waits on this computer now.</translation>
        </message>
        <message>
            <source>这个文件要用更新版本的程序来读（需要 {needed}，本机为 {known}）。</source>
            <translation>This file needs a newer version of the program (it needs {needed}, this is {known}).</translation>
        </message>
        <message>
            <source>这个文件读了 {seconds} 秒还没有读完，已停止。</source>
            <translation>This file was not read after {seconds} seconds; reading was stopped.</translation>
        </message>
        <message>
            <source>这个文件里的内容都已收到，不用再处理；可以丢弃它。</source>
            <translation>All this file holds was received by now; nothing to do, it may be discarded.</translation>
        </message>
        <message>
            <source>这个站点的文件正被另一个程序打开。</source>
            <translation>The file of this station is open in another program.</translation>
        </message>
        <message>
            <source>这个站点的文件正被另一个程序打开（电脑 {host}，进程 {pid}，自 {since} 起）。</source>
            <translation>The file of this station is open in another program (computer {host}, process {pid}, since {since}).</translation>
        </message>
        <message>
            <source>这个网址没有加密（http）。</source>
            <translation>This address is not encrypted (http).</translation>
        </message>
        <message>
            <source>这个请求已经用过一次，不再接受。</source>
            <translation>This request was used once already and is not accepted again.</translation>
        </message>
        <message>
            <source>这个请求是发给别的区县的。</source>
            <translation>This request is addressed to another district.</translation>
        </message>
        <message>
            <source>这些回执都收过了，没有新的内容。</source>
            <translation>All these receipts were taken in before; there is nothing new.</translation>
        </message>
        <message>
            <source>这些改动都对吗？（是/否）</source>
            <translation>Are all these changes right? (yes/no)</translation>
        </message>
        <message>
            <source>这些栏目不合要求：{fields}。已原样保存。</source>
            <translation>These fields do not meet the rules: {fields}. They are kept as they are.</translation>
        </message>
        <message>
            <source>这件事不属于受理范围，不能受理。</source>
            <translation>This is outside the remit and cannot be accepted.</translation>
        </message>
        <message>
            <source>这份信任名单是{other}的，本站登记在{own}。</source>
            <translation>This trust list is that of {other}; this station is enrolled with {own}.</translation>
        </message>
        <message>
            <source>这份信任名单（第{found}版）比本机的（第{known}版）旧。</source>
            <translation>This trust list (version {found}) is older than the one here (version {known}).</translation>
        </message>
        <message>
            <source>这份备份完好：{at}，{records}条记录，{files}个附件，可以用来恢复。</source>
            <translation>This backup is intact: {at}, {records} records, {files} attachments; it can be restored.</translation>
        </message>
        <message>
            <source>这份数据没有交给系统钥匙串</source>
            <translation>these data were not given to the system keyring</translation>
        </message>
        <message>
            <source>这份数据的打开方式</source>
            <translation>What opens these data</translation>
        </message>
        <message>
            <source>这份登记回执不是给这台电脑（{device}）的。</source>
            <translation>This enrolment receipt is not for this computer ({device}).</translation>
        </message>
        <message>
            <source>这台电脑24小时内传的数据超过了限额（{n} MB）。</source>
            <translation>This computer sent more than its limit within 24 hours ({n} MB).</translation>
        </message>
        <message>
            <source>这台电脑上没有打印机。</source>
            <translation>There is no printer on this computer.</translation>
        </message>
        <message>
            <source>这台电脑同时在传的太多。</source>
            <translation>This computer is sending too much at the same time.</translation>
        </message>
        <message>
            <source>这台电脑接替坏了的那台：请点这里写登记申请，交给区里，区里会把记录送回来。</source>
            <translation>This computer takes the place of one that died: open this line, write the request and give it to the district; they send the records back.</translation>
        </message>
        <message>
            <source>这台电脑接替本站的另一台：先做第一步，再等区里把记录送回来。</source>
            <translation>This computer takes the place of another one of the station: take the first step, then wait for the records from the district.</translation>
        </message>
        <message>
            <source>这台电脑有{n}个数据包还没有传完。</source>
            <translation>Bundles that this computer has not finished sending: {n}.</translation>
        </message>
        <message>
            <source>这台电脑没有可用的系统钥匙串（{backend}）</source>
            <translation>this computer has no usable keyring ({backend})</translation>
        </message>
        <message>
            <source>这台电脑的系统钥匙串保管着钥匙，按“接着用”就打开。</source>
            <translation>The keyring of this computer holds the key; press "Go on" to open.</translation>
        </message>
        <message>
            <source>这台电脑的系统钥匙串用不了，备份里也没有口令。</source>
            <translation>The keyring of this computer cannot be used, and the backup has no passphrase.</translation>
        </message>
        <message>
            <source>这台电脑请求太频繁。</source>
            <translation>This computer asks too often.</translation>
        </message>
        <message>
            <source>这把钥匙已经属于另一台电脑。</source>
            <translation>This key already belongs to another computer.</translation>
        </message>
        <message>
            <source>这把钥匙（{name}）不是这份名单的根钥匙。</source>
            <translation>This key ({name}) is no root key of this list.</translation>
        </message>
        <message>
            <source>这是别的电脑的信箱。</source>
            <translation>This is another computer's mailbox.</translation>
        </message>
        <message>
            <source>这是本单位交给 {to} 的数据包，内容完整；请送到那里。</source>
            <translation>This is a bundle that this office wrote for {to}; it is whole. Please take it there.</translation>
        </message>
        <message>
            <source>这是本站的第几台电脑</source>
            <translation>Which computer of the station is this</translation>
        </message>
        <message>
            <source>这是本站的第几台电脑；添了或换了电脑就写下一个没用过的号</source>
            <translation>Which computer of the station this is; for one added or replaced, the next unused number</translation>
        </message>
        <message>
            <source>这是预演，没有改动。</source>
            <translation>This was a trial; nothing changed.</translation>
        </message>
        <message>
            <source>这条记录已经依法删除，内容不在了。</source>
            <translation>This record was erased by law; its content is gone.</translation>
        </message>
        <message>
            <source>这条记录已经有了，编号{code}。</source>
            <translation>This record exists already, with the number {code}.</translation>
        </message>
        <message>
            <source>这条记录已经登记，更正要写明原因。</source>
            <translation>This record is registered already; a correction needs a reason.</translation>
        </message>
        <message>
            <source>这条记录没有冲突。</source>
            <translation>This record has no conflict.</translation>
        </message>
        <message>
            <source>这条记录没有待定的冲突。</source>
            <translation>This record has no conflict to decide.</translation>
        </message>
        <message>
            <source>这条记录没有校验码为“{sha}”的附件。</source>
            <translation>This record has no attachment with the checksum "{sha}".</translation>
        </message>
        <message>
            <source>这条记录由更新的版本写成，这里只能原样保存。</source>
            <translation>This record was written by a newer version and can only be kept as it is here.</translation>
        </message>
        <message>
            <source>这次导入里有已经依法删除的记录，不能撤销。</source>
            <translation>This import holds records that were erased by law; it cannot be undone.</translation>
        </message>
        <message>
            <source>这次带来的</source>
            <translation>What it brings</translation>
        </message>
        <message>
            <source>这里没有区里给本站的回执。插上带回的 U 盘，会自动找到。</source>
            <translation>There is no receipt from the district for this station here. Plug in the stick that came back; it is found by itself.</translation>
        </message>
        <message>
            <source>这里没有站点文件</source>
            <translation>there is no station file here</translation>
        </message>
        <message>
            <source>这里没有站点送来的文件。插上 U 盘、选文件，或把文件拖到这里。</source>
            <translation>There is no file from a station here. Plug in a stick, choose files, or drag files here.</translation>
        </message>
        <message>
            <source>这里要写 JSON:{detail}。</source>
            <translation>JSON is wanted here: {detail}.</translation>
        </message>
        <message>
            <source>进展</source>
            <translation>Progress</translation>
        </message>
        <message>
            <source>进度</source>
            <translation>Progress</translation>
        </message>
        <message>
            <source>进程数写得不对。</source>
            <translation>The number of processes is not right.</translation>
        </message>
        <message>
            <source>进行</source>
            <translation>Under way</translation>
        </message>
        <message>
            <source>连不上接收站的数据库（{kind}）。</source>
            <translation>The hub's database cannot be reached ({kind}).</translation>
        </message>
        <message>
            <source>连不上时最多等几分钟，期间自动再试，越等越久</source>
            <translation>For how many minutes to try again when the hub cannot be reached, less often each time</translation>
        </message>
        <message>
            <source>退出码：0 完成，2 不接受（原因和办法已写明），3 文件损坏，4 正被占用，5 磁盘或U盘问题，6 网络断了、再做一次不会出错，64 用法不对，70 程序出错。</source>
            <translation>Exit codes: 0 done, 2 refused (with reason and remedy), 3 damaged file, 4 busy, 5 disk or USB stick, 6 network broke and repeating does no harm, 64 usage, 70 bug.</translation>
        </message>
        <message>
            <source>退办</source>
            <translation>Handed back</translation>
        </message>
        <message>
            <source>退回</source>
            <translation>Return</translation>
        </message>
        <message>
            <source>退回{code}“{title}”：{reason}</source>
            <translation>{code} “{title}” sent back: {reason}</translation>
        </message>
        <message>
            <source>退回一条记录</source>
            <translation>Return a record</translation>
        </message>
        <message>
            <source>退回修改</source>
            <translation>Return for changes</translation>
        </message>
        <message>
            <source>退回的原因</source>
            <translation>Reason for returning it</translation>
        </message>
        <message>
            <source>退回补资料</source>
            <translation>Return for more papers</translation>
        </message>
        <message>
            <source>退回要写明原因。</source>
            <translation>Returning needs a reason.</translation>
        </message>
        <message>
            <source>退回重办</source>
            <translation>Sent back</translation>
        </message>
        <message>
            <source>送交单位</source>
            <translation>Send to unit</translation>
        </message>
        <message>
            <source>送交日期</source>
            <translation>Sent to the unit on</translation>
        </message>
        <message>
            <source>送出到 {name}</source>
            <translation>Send to {name}</translation>
        </message>
        <message>
            <source>送出的内容区里都已收到。</source>
            <translation>The district has received everything that was sent.</translation>
        </message>
        <message>
            <source>送出（先插上 U 盘或选文件夹）</source>
            <translation>Send (first plug in a stick or choose a folder)</translation>
        </message>
        <message>
            <source>送回的 {dev} 的内容与本机的分成了两支；装入时会自动理顺。</source>
            <translation>What is brought back of {dev} has parted from what is here; taking it in sorts that out by itself.</translation>
        </message>
        <message>
            <source>送回的 {sort} {key} 第{version}版没有重新生效：签名的钥匙已作废，请核对后重新下发。</source>
            <translation>Version {version} of {sort} {key}, which was brought back, is not in force again: the key that signed it is void. Please check it and issue it again.</translation>
        </message>
        <message>
            <source>送回：{kind}</source>
            <translation>Brought back: {kind}</translation>
        </message>
        <message>
            <source>送审</source>
            <translation>Submit for review</translation>
        </message>
        <message>
            <source>送达</source>
            <translation>Delivered</translation>
        </message>
        <message>
            <source>选U盘…</source>
            <translation>Choose a stick…</translation>
        </message>
        <message>
            <source>选一行，看缺什么。</source>
            <translation>Choose a row to see what is missing.</translation>
        </message>
        <message>
            <source>选中的记录最近一次送出时的那个数据包</source>
            <translation>Of the bundle that took the chosen record out last</translation>
        </message>
        <message>
            <source>选交接文件</source>
            <translation>Choose exchange files</translation>
        </message>
        <message>
            <source>选内容文件</source>
            <translation>Choose a content file</translation>
        </message>
        <message>
            <source>选内容文件…</source>
            <translation>Choose a content file…</translation>
        </message>
        <message>
            <source>选回执文件</source>
            <translation>Choose receipt files</translation>
        </message>
        <message>
            <source>选回执文件…</source>
            <translation>Choose receipt files…</translation>
        </message>
        <message>
            <source>选备份文件</source>
            <translation>Choose backup file</translation>
        </message>
        <message>
            <source>选备份文件…</source>
            <translation>Choose backup file…</translation>
        </message>
        <message>
            <source>选定以哪一个版本为准</source>
            <translation>decide which version counts</translation>
        </message>
        <message>
            <source>选文件…</source>
            <translation>Choose files…</translation>
        </message>
        <message>
            <source>选文件夹</source>
            <translation>Choose folder</translation>
        </message>
        <message>
            <source>选文件夹…</source>
            <translation>Choose folder…</translation>
        </message>
        <message>
            <source>选日期：{label}</source>
            <translation>Choose date: {label}</translation>
        </message>
        <message>
            <source>选申请文件</source>
            <translation>Choose request file</translation>
        </message>
        <message>
            <source>选申请文件…</source>
            <translation>Choose request file…</translation>
        </message>
        <message>
            <source>选登记回执文件</source>
            <translation>Choose enrolment receipt</translation>
        </message>
        <message>
            <source>选登记回执文件…</source>
            <translation>Choose enrolment receipt…</translation>
        </message>
        <message>
            <source>选证书文件</source>
            <translation>Choose a certificate</translation>
        </message>
        <message>
            <source>选证书文件…</source>
            <translation>Choose certificate…</translation>
        </message>
        <message>
            <source>选项</source>
            <translation>options</translation>
        </message>
        <message>
            <source>逐条查看</source>
            <translation>One by one</translation>
        </message>
        <message>
            <source>逐条重算，较慢</source>
            <translation>work everything out anew, slower</translation>
        </message>
        <message>
            <source>逐项对照</source>
            <translation>Old and new side by side</translation>
        </message>
        <message>
            <source>通信地址</source>
            <translation>Postal address</translation>
        </message>
        <message>
            <source>通知</source>
            <translation>Notice given</translation>
        </message>
        <message>
            <source>逢节假日</source>
            <translation>On a holiday</translation>
        </message>
        <message>
            <source>逾期</source>
            <translation>Overdue</translation>
        </message>
        <message>
            <source>邀请对象</source>
            <translation>Invited</translation>
        </message>
        <message>
            <source>那台电脑已吊销。确是它坏了、换了以前写的，请写明怎么核实的，就信到这里为止：</source>
            <translation>That computer is revoked. If it wrote this before it broke or was replaced, write how you made sure; it is then believed up to here and no further:</translation>
        </message>
        <message>
            <source>部分</source>
            <translation>Part</translation>
        </message>
        <message>
            <source>都在保管人手里，名单有改动时请他们签名。</source>
            <translation>All are with their holders, who sign when the list changes.</translation>
        </message>
        <message>
            <source>都已传到 {url}，正在等区级的回执，请稍后收取（pull）。</source>
            <translation>Everything was sent to {url}; waiting for the district's receipt, pull later.</translation>
        </message>
        <message>
            <source>都已送出</source>
            <translation>All sent</translation>
        </message>
        <message>
            <source>里面的人和事都是虚构的，可以随便改。</source>
            <translation>The people and matters in it are invented; change what you like.</translation>
        </message>
        <message>
            <source>里面的内容本机都已有了。</source>
            <translation>Everything in it is here already.</translation>
        </message>
        <message>
            <source>重复核对</source>
            <translation>Duplicates</translation>
        </message>
        <message>
            <source>重建区级至少要有一把根钥匙。</source>
            <translation>To begin the district again at least one root key is needed.</translation>
        </message>
        <message>
            <source>重建文件…</source>
            <translation>Rebuild files…</translation>
        </message>
        <message>
            <source>重建文件写到哪里</source>
            <translation>Where to write the rebuild files</translation>
        </message>
        <message>
            <source>重建文件已写好：{folder}（站点记录{n}条）。请把整个文件夹带到新电脑。</source>
            <translation>The rebuild files are written: {folder} ({n} records of the station). Please take the whole folder to the new computer.</translation>
        </message>
        <message>
            <source>重建还没有完成，“{file}”没有装入。</source>
            <translation>The rebuild is not complete; “{file}” was not taken in.</translation>
        </message>
        <message>
            <source>重新交办</source>
            <translation>Assign again</translation>
        </message>
        <message>
            <source>重新任职</source>
            <translation>Take office again</translation>
        </message>
        <message>
            <source>重新办理</source>
            <translation>Reopened</translation>
        </message>
        <message>
            <source>重新建档</source>
            <translation>Reopen file</translation>
        </message>
        <message>
            <source>重新登记</source>
            <translation>Register again</translation>
        </message>
        <message>
            <source>重新通知</source>
            <translation>Give notice again</translation>
        </message>
        <message>
            <source>重点活动</source>
            <translation>Key activity</translation>
        </message>
        <message>
            <source>重点活动必填。</source>
            <translation>Required for a key activity.</translation>
        </message>
        <message>
            <source>重点活动的方案还没有审批人。</source>
            <translation>The scheme of a key activity has not been approved by anybody.</translation>
        </message>
        <message>
            <source>金额（分）</source>
            <translation>Amount (fen)</translation>
        </message>
        <message>
            <source>钥匙</source>
            <translation>Keys</translation>
        </message>
        <message>
            <source>钥匙串里没有这份数据的密钥</source>
            <translation>the keyring holds no key for these data</translation>
        </message>
        <message>
            <source>钥匙串里的密钥不是这份数据的</source>
            <translation>the key in the keyring is not that of these data</translation>
        </message>
        <message>
            <source>钥匙可能外泄，换了钥匙</source>
            <translation>the key may have leaked, keys changed</translation>
        </message>
        <message>
            <source>钥匙和信任名单的状态</source>
            <translation>how the keys and the trust list stand</translation>
        </message>
        <message>
            <source>钥匙：换钥匙、根钥匙、应急钥匙，给档案员的钥匙</source>
            <translation>keys: change them, root keys, escrow key, keys for an archivist</translation>
        </message>
        <message>
            <source>链</source>
            <translation>Chain</translation>
        </message>
        <message>
            <source>闭幕日期</source>
            <translation>Closed on</translation>
        </message>
        <message>
            <source>问题类别</source>
            <translation>Category of the issue</translation>
        </message>
        <message>
            <source>附件</source>
            <translation>Attachments</translation>
        </message>
        <message>
            <source>附件 {digest} 不在这里。</source>
            <translation>The attachment {digest} is not here.</translation>
        </message>
        <message>
            <source>附件 {digest} 损坏了。</source>
            <translation>The attachment {digest} is damaged.</translation>
        </message>
        <message>
            <source>附件“{name}”其实是一个程序。</source>
            <translation>The attachment "{name}" is really a program.</translation>
        </message>
        <message>
            <source>附件“{name}”名为图片，内容却不是。</source>
            <translation>The attachment "{name}" is called a picture, but its content is none.</translation>
        </message>
        <message>
            <source>附件“{name}”里有宏程序。</source>
            <translation>The attachment “{name}” contains macros.</translation>
        </message>
        <message>
            <source>附件和校验码用 show 查看；至少写前{n}位。</source>
            <translation>See attachments and checksums with show; write at least the first {n} characters.</translation>
        </message>
        <message>
            <source>附件数</source>
            <translation>Attachments</translation>
        </message>
        <message>
            <source>附件的校验码，至少前8位</source>
            <translation>checksum of the attachment, at least its first 8 characters</translation>
        </message>
        <message>
            <source>附件种类</source>
            <translation>Kind of attachment</translation>
        </message>
        <message>
            <source>附件种类，见词表 photo_kind</source>
            <translation>kind of attachment, see the list photo_kind</translation>
        </message>
        <message>
            <source>附件（{n}）</source>
            <translation>Attachments ({n})</translation>
        </message>
        <message>
            <source>随下一次回执带给各站点。</source>
            <translation>It goes to the stations with their next receipts.</translation>
        </message>
        <message>
            <source>随别处的依法删除</source>
            <translation>Follows a legal erasure decided elsewhere</translation>
        </message>
        <message>
            <source>隔离区没有“{number}”这一项。</source>
            <translation>There is no number "{number}" in quarantine.</translation>
        </message>
        <message>
            <source>隔离的</source>
            <translation>Quarantine</translation>
        </message>
        <message>
            <source>隔离的 {n}</source>
            <translation>Quarantine {n}</translation>
        </message>
        <message>
            <source>隔离的数据包和记录</source>
            <translation>bundles and records in quarantine</translation>
        </message>
        <message>
            <source>隔离的文件“{file}”不在了。</source>
            <translation>The file "{file}" is gone from quarantine.</translation>
        </message>
        <message>
            <source>集体访</source>
            <translation>Group visit</translation>
        </message>
        <message>
            <source>需人工处理</source>
            <translation>A person must decide</translation>
        </message>
        <message>
            <source>需求</source>
            <translation>Needs</translation>
        </message>
        <message>
            <source>需求标签</source>
            <translation>Kind of need</translation>
        </message>
        <message>
            <source>需要改的，请告诉区级；站点收到后自动生效。</source>
            <translation>Tell the district what should change; at the station it takes effect when it arrives.</translation>
        </message>
        <message>
            <source>站点</source>
            <comment>页</comment>
            <translation>Stations</translation>
        </message>
        <message>
            <source>页号</source>
            <translation>Page</translation>
        </message>
        <message>
            <source>页数</source>
            <translation>Pages</translation>
        </message>
        <message>
            <source>预填</source>
            <translation>Defaults</translation>
        </message>
        <message>
            <source>预填内容</source>
            <translation>First values</translation>
        </message>
        <message>
            <source>预填成什么</source>
            <translation>Begins with</translation>
        </message>
        <message>
            <source>领衔委员</source>
            <translation>Lead member</translation>
        </message>
        <message>
            <source>题名</source>
            <translation>Title</translation>
        </message>
        <message>
            <source>题目</source>
            <translation>Subject</translation>
        </message>
        <message>
            <source>颜色</source>
            <translation>Colours</translation>
        </message>
        <message>
            <source>马上生效，不用重新打开。</source>
            <translation>Takes effect at once, without a restart.</translation>
        </message>
        <message>
            <source>高对比</source>
            <translation>High contrast</translation>
        </message>
        <message>
            <source>默认按 DA/T 13-2022；按 DA/T 22-2015 的是 {全宗号}-{门类}·{年度}-{保管期限}-{机构}-{件号}。</source>
            <translation>By default after DA/T 13-2022; after DA/T 22-2015 it is {全宗号}-{门类}·{年度}-{保管期限}-{机构}-{件号}.</translation>
        </message>
        <message>
            <source>（{reason}）</source>
            <translation> ({reason})</translation>
        </message>
        <message>
            <source>（不要这一列）</source>
            <translation>(leave this column out)</translation>
        </message>
        <message>
            <source>（代码 {code}）</source>
            <translation>(code {code})</translation>
        </message>
        <message numerus="yes">
            <source>（共{n}字）</source>
            <translation>
                <numerusform>({n} character)</numerusform>
                <numerusform>({n} characters)</numerusform>
            </translation>
        </message>
        <message>
            <source>（已吊销）</source>
            <translation>(revoked)</translation>
        </message>
        <message>
            <source>（空）</source>
            <translation>(empty)</translation>
        </message>
    </context>
</TS>
