BEGIN TRANSACTION;
CREATE TABLE claim_findings (
	claim VARCHAR NOT NULL, 
	number INTEGER NOT NULL, 
	rule VARCHAR NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (claim, number), 
	FOREIGN KEY(claim) REFERENCES claims (id)
);
CREATE TABLE claim_lines (
	claim VARCHAR NOT NULL, 
	number INTEGER NOT NULL, 
	control_number VARCHAR NOT NULL, 
	revenue_code VARCHAR NOT NULL, 
	code VARCHAR NOT NULL, 
	charge_cents BIGINT NOT NULL, 
	service_date VARCHAR, 
	PRIMARY KEY (claim, number), 
	FOREIGN KEY(claim) REFERENCES claims (id)
);
INSERT INTO "claim_lines" VALUES('C64MZJX4QXP',1,'L001','0636','J3399',212500000,'2026-11-10');
INSERT INTO "claim_lines" VALUES('C64MZJX4QXP',2,'L002','0260','96365',120000,'2026-11-10');
INSERT INTO "claim_lines" VALUES('CWB8ZAAGMG4',1,'L001','0636','J3399',212500000,'2026-11-10');
INSERT INTO "claim_lines" VALUES('CWB8ZAAGMG4',2,'L002','0260','96365',120000,'2026-11-10');
INSERT INTO "claim_lines" VALUES('C2Z2WVSBCTR',1,'L001','0636','J3399',212500000,'2026-11-10');
INSERT INTO "claim_lines" VALUES('C2Z2WVSBCTR',2,'L002','0260','96365',120000,'2026-11-10');
CREATE TABLE claims (
	id VARCHAR NOT NULL, 
	encounter_row INTEGER NOT NULL, 
	encounter VARCHAR NOT NULL, 
	part VARCHAR NOT NULL, 
	payer_order INTEGER NOT NULL, 
	version INTEGER NOT NULL, 
	payer VARCHAR NOT NULL, 
	product VARCHAR, 
	patient VARCHAR, 
	live_key VARCHAR, 
	live_drug_key VARCHAR, 
	file INTEGER NOT NULL, 
	position_in_file INTEGER NOT NULL, 
	batch_reference VARCHAR NOT NULL, 
	transaction_control_number VARCHAR NOT NULL, 
	first_segment INTEGER NOT NULL, 
	last_segment INTEGER NOT NULL, 
	patient_control_number VARCHAR NOT NULL, 
	frequency VARCHAR NOT NULL, 
	total_cents BIGINT NOT NULL, 
	drug_cents BIGINT NOT NULL, 
	has_next_payer BOOLEAN NOT NULL, 
	state VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (encounter, part, payer_order, version), 
	FOREIGN KEY(encounter_row) REFERENCES encounters (id), 
	FOREIGN KEY(patient) REFERENCES patients (digest), 
	UNIQUE (live_key), 
	UNIQUE (live_drug_key), 
	FOREIGN KEY(file) REFERENCES files (id)
);
INSERT INTO "claims" VALUES('C64MZJX4QXP',1,'N00001','whole',0,1,'state-medicaid','zolgensma','76397cc116bd4375f2a0c4e624826106e9ee8cf2d37220b3874eeb1b7d0341f3','N00001|whole|0','76397cc116bd4375f2a0c4e624826106e9ee8cf2d37220b3874eeb1b7d0341f3|zolgensma|0',1,0,'0000000010001','0001',19,39,'NGT00001','1',212620000,212500000,0,'paid');
INSERT INTO "claims" VALUES('CWB8ZAAGMG4',2,'N00002','whole',0,1,'state-medicaid','zolgensma','3d4cf563be842400b50baf86063fa6c769d341bb0898ddeee1122805fd55c8ac','N00002|whole|0','3d4cf563be842400b50baf86063fa6c769d341bb0898ddeee1122805fd55c8ac|zolgensma|0',1,1,'0000000010001','0001',47,67,'NGT00002','1',212620000,212500000,0,'partly_paid');
INSERT INTO "claims" VALUES('C2Z2WVSBCTR',3,'N00003','whole',0,1,'state-medicaid','zolgensma','12df39170c30590307dc58ff893a1980aa43b48ef023ff91f84c830deb063ee3',NULL,NULL,1,2,'0000000010001','0001',75,95,'NGT00003','1',212620000,212500000,0,'rejected');
CREATE TABLE decisions (
	id INTEGER NOT NULL, 
	subject VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	reason TEXT NOT NULL, 
	"by" VARCHAR NOT NULL, 
	fingerprint VARCHAR NOT NULL, 
	at VARCHAR NOT NULL, 
	until VARCHAR, 
	PRIMARY KEY (id)
);
INSERT INTO "decisions" VALUES(1,'N00009','waived','made up','clerk','dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd:weight-band','2026-11-19T06:00:00',NULL);
CREATE TABLE encounters (
	id INTEGER NOT NULL, 
	encounter VARCHAR NOT NULL, 
	revision INTEGER NOT NULL, 
	digest VARCHAR NOT NULL, 
	content TEXT NOT NULL, 
	state VARCHAR NOT NULL, 
	findings TEXT NOT NULL, 
	received VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (encounter, revision)
);
INSERT INTO "encounters" VALUES(1,'N00001',1,'a167f5c8f361bf8b6faab51f5f0567a55e8a285ad1131a9725ce4b3878858130','{}','claimed','[]','2026-11-16T22:00:00');
INSERT INTO "encounters" VALUES(2,'N00002',1,'754e398cd83cc00632035850c337c0bf8e7612a170ec20f02a58ab82877f21d0','{}','claimed','[]','2026-11-16T22:00:00');
INSERT INTO "encounters" VALUES(3,'N00003',1,'339579732a821278423e1372d31558933c8fcb532ccecd97ee2e4f7195cca2e0','{}','claimed','[]','2026-11-16T22:00:00');
CREATE TABLE events (
	digest VARCHAR NOT NULL, 
	position INTEGER NOT NULL, 
	claim VARCHAR NOT NULL, 
	reference VARCHAR NOT NULL, 
	stage VARCHAR NOT NULL, 
	day VARCHAR, 
	verdict VARCHAR NOT NULL, 
	payer_claim_control_number VARCHAR, 
	paid_cents BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (digest, position, claim), 
	FOREIGN KEY(digest) REFERENCES transactions (digest)
);
INSERT INTO "events" VALUES('4f35afbc1a36f5ceabf81be663f2400f1f5f3f80f4ad3c61f758893fbb1f64f1',26,'C64MZJX4QXP','accountNGT00001','277CA-payer','2026-11-18','accepted','2611160000000010001',0,'{"lines": [], "statuses": [{"action": "WQ", "category": "A2", "entity": "", "position": 27, "status": "20"}]}');
INSERT INTO "events" VALUES('4f35afbc1a36f5ceabf81be663f2400f1f5f3f80f4ad3c61f758893fbb1f64f1',33,'CWB8ZAAGMG4','accountNGT00002','277CA-payer','2026-11-18','accepted','2611160000000010002',0,'{"lines": [], "statuses": [{"action": "WQ", "category": "A2", "entity": "", "position": 34, "status": "20"}]}');
INSERT INTO "events" VALUES('4f35afbc1a36f5ceabf81be663f2400f1f5f3f80f4ad3c61f758893fbb1f64f1',40,'C2Z2WVSBCTR','accountNGT00003','277CA-payer','2026-11-18','rejected',NULL,0,'{"lines": [], "statuses": [{"action": "U", "category": "A7", "entity": "", "position": 41, "status": "218"}]}');
INSERT INTO "events" VALUES('d8466c3cec1bd2763a6a5b8a8aa01919fec405b02d0ac961b92e85304d2161e3',16,'C64MZJX4QXP','accountNGT00001','835','2026-11-18','adjudicated','2611160000000010001',212620000,'{"adjustments": [], "charge_cents": 212620000, "forwarded": false, "lines": [{"adjustments": [], "charge_cents": 212500000, "code": "J3399", "control_number": "L001", "paid_cents": 212500000, "position": 21, "remarks": [], "revenue_code": "0636"}, {"adjustments": [], "charge_cents": 120000, "code": "96365", "control_number": "L002", "paid_cents": 120000, "position": 24, "remarks": [], "revenue_code": "0260"}], "paid_cents": 212620000, "patient_cents": 0, "remarks": [], "status": "1"}');
INSERT INTO "events" VALUES('d8466c3cec1bd2763a6a5b8a8aa01919fec405b02d0ac961b92e85304d2161e3',27,'CWB8ZAAGMG4','accountNGT00002','835','2026-11-18','adjudicated','2611160000000010002',120000,'{"adjustments": [], "charge_cents": 212620000, "forwarded": false, "lines": [{"adjustments": [{"cents": 212500000, "group": "CO", "position": 34, "quantity": null, "reason": "252"}], "charge_cents": 212500000, "code": "J3399", "control_number": "L001", "paid_cents": 0, "position": 32, "remarks": [{"code": "N395", "position": 36}], "revenue_code": "0636"}, {"adjustments": [], "charge_cents": 120000, "code": "96365", "control_number": "L002", "paid_cents": 120000, "position": 37, "remarks": [], "revenue_code": "0260"}], "paid_cents": 120000, "patient_cents": 0, "remarks": [], "status": "1"}');
INSERT INTO "events" VALUES('01fc6908a7ffea72065b14e0bda0eaab5eaea7501fa97a562a88afe9947fdd24',0,'C64MZJX4QXP','file1ZZCHILDHOSPZZCLRHOUSE','TA1','2026-11-16','accepted',NULL,0,'{"code": "A", "note": "000"}');
INSERT INTO "events" VALUES('01fc6908a7ffea72065b14e0bda0eaab5eaea7501fa97a562a88afe9947fdd24',0,'CWB8ZAAGMG4','file1ZZCHILDHOSPZZCLRHOUSE','TA1','2026-11-16','accepted',NULL,0,'{"code": "A", "note": "000"}');
INSERT INTO "events" VALUES('01fc6908a7ffea72065b14e0bda0eaab5eaea7501fa97a562a88afe9947fdd24',0,'C2Z2WVSBCTR','file1ZZCHILDHOSPZZCLRHOUSE','TA1','2026-11-16','accepted',NULL,0,'{"code": "A", "note": "000"}');
INSERT INTO "events" VALUES('ad7cf32b1b7c9de95d675e7f5b5a13a4099cf1a24792a933920748784055bd85',3,'C64MZJX4QXP','set1:0001ZZCHILDHOSPZZCLRHOUSE','999','2026-11-18','accepted',NULL,0,'{"code": "A", "errors": [], "errors_of_others": 0, "syntax_codes": []}');
INSERT INTO "events" VALUES('ad7cf32b1b7c9de95d675e7f5b5a13a4099cf1a24792a933920748784055bd85',3,'CWB8ZAAGMG4','set1:0001ZZCHILDHOSPZZCLRHOUSE','999','2026-11-18','accepted',NULL,0,'{"code": "A", "errors": [], "errors_of_others": 0, "syntax_codes": []}');
INSERT INTO "events" VALUES('ad7cf32b1b7c9de95d675e7f5b5a13a4099cf1a24792a933920748784055bd85',3,'C2Z2WVSBCTR','set1:0001ZZCHILDHOSPZZCLRHOUSE','999','2026-11-18','accepted',NULL,0,'{"code": "A", "errors": [], "errors_of_others": 0, "syntax_codes": []}');
CREATE TABLE files (
	id INTEGER NOT NULL, 
	partner VARCHAR NOT NULL, 
	sender_qualifier VARCHAR NOT NULL, 
	sender VARCHAR NOT NULL, 
	receiver_qualifier VARCHAR NOT NULL, 
	receiver VARCHAR NOT NULL, 
	control_number INTEGER NOT NULL, 
	name VARCHAR NOT NULL, 
	day VARCHAR NOT NULL, 
	sha256 VARCHAR NOT NULL, 
	size BIGINT NOT NULL, 
	state VARCHAR NOT NULL, 
	epoch INTEGER NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (sender_qualifier, sender, receiver_qualifier, receiver, control_number), 
	UNIQUE (name), 
	FOREIGN KEY(epoch) REFERENCES runs (epoch)
);
INSERT INTO "files" VALUES(1,'test-clearinghouse','ZZ','CHILDHOSP','ZZ','CLRHOUSE',1,'837I_test-clearinghouse_000000001_20261116220000.x12','2026-11-16','9c80a8193ab793d338d78ff6e3ecf6a712a9889f90079730371e82916113e51b',2305,'published',1);
CREATE TABLE inbound_files (
	sha256 VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	received VARCHAR NOT NULL, 
	PRIMARY KEY (sha256)
);
INSERT INTO "inbound_files" VALUES('5b9ba5483b9b410bb14adaa550273d074963d0f07df95868595697970aa03af9','a.ndjson','encounters','taken in','2026-11-16T22:00:00');
INSERT INTO "inbound_files" VALUES('7a74a813673dc3798f5d935a5abea3db311797969352d0e1f5a92aef8bee9612','277CA_629765420.277','277CA','taken in','2026-11-18T22:00:00');
INSERT INTO "inbound_files" VALUES('ffedfcbb707aa76502e1e7e2313d2bbf668547d052712e840f5e8e7c49135cc8','835_SKMCD0_629765421.835','835','taken in','2026-11-18T22:00:00');
INSERT INTO "inbound_files" VALUES('4a90552649dbd348a2ed4b9307a59c307d79eb8a64faf76be25d6386d05fdd2c','999_629765419.999','999+TA1','taken in','2026-11-18T22:00:00');
CREATE TABLE patients (
	digest VARCHAR NOT NULL, 
	first_seen VARCHAR NOT NULL, 
	PRIMARY KEY (digest)
);
INSERT INTO "patients" VALUES('76397cc116bd4375f2a0c4e624826106e9ee8cf2d37220b3874eeb1b7d0341f3','2026-11-16');
INSERT INTO "patients" VALUES('3d4cf563be842400b50baf86063fa6c769d341bb0898ddeee1122805fd55c8ac','2026-11-16');
INSERT INTO "patients" VALUES('12df39170c30590307dc58ff893a1980aa43b48ef023ff91f84c830deb063ee3','2026-11-16');
CREATE TABLE runs (
	epoch INTEGER NOT NULL, 
	started VARCHAR NOT NULL, 
	ended VARCHAR, 
	exit_code INTEGER, 
	PRIMARY KEY (epoch)
);
INSERT INTO "runs" VALUES(1,'2026-11-16T22:00:00','2026-11-16T22:00:00',0);
INSERT INTO "runs" VALUES(2,'2026-11-18T22:00:00','2026-11-18T22:00:00',0);
INSERT INTO "runs" VALUES(3,'2026-11-19T06:00:00',NULL,NULL);
CREATE TABLE settings (
	name VARCHAR NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "settings" VALUES('version','2');
INSERT INTO "settings" VALUES('patient_key','0000000000000000000000000000000000000000000000000000000000000000');
CREATE TABLE transactions (
	digest VARCHAR NOT NULL, 
	file VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	trace_number VARCHAR, 
	trace_payer VARCHAR, 
	state VARCHAR NOT NULL, 
	PRIMARY KEY (digest), 
	FOREIGN KEY(file) REFERENCES inbound_files (sha256)
);
INSERT INTO "transactions" VALUES('4f35afbc1a36f5ceabf81be663f2400f1f5f3f80f4ad3c61f758893fbb1f64f1','7a74a813673dc3798f5d935a5abea3db311797969352d0e1f5a92aef8bee9612','277CA',NULL,NULL,'counted');
INSERT INTO "transactions" VALUES('d8466c3cec1bd2763a6a5b8a8aa01919fec405b02d0ac961b92e85304d2161e3','ffedfcbb707aa76502e1e7e2313d2bbf668547d052712e840f5e8e7c49135cc8','835','EFT62976542101','1731371735','counted');
INSERT INTO "transactions" VALUES('01fc6908a7ffea72065b14e0bda0eaab5eaea7501fa97a562a88afe9947fdd24','4a90552649dbd348a2ed4b9307a59c307d79eb8a64faf76be25d6386d05fdd2c','TA1',NULL,NULL,'counted');
INSERT INTO "transactions" VALUES('ad7cf32b1b7c9de95d675e7f5b5a13a4099cf1a24792a933920748784055bd85','4a90552649dbd348a2ed4b9307a59c307d79eb8a64faf76be25d6386d05fdd2c','999',NULL,NULL,'counted');
CREATE INDEX encounters_by_state ON encounters (state);
CREATE INDEX decisions_by_subject ON decisions (subject);
CREATE INDEX files_by_state ON files (state);
CREATE INDEX transactions_by_trace ON transactions (trace_number, trace_payer);
CREATE INDEX claims_by_batch ON claims (batch_reference);
CREATE INDEX claims_by_file ON claims (file);
CREATE INDEX claims_by_state ON claims (state);
CREATE INDEX claims_by_control_number ON claims (patient_control_number);
CREATE INDEX events_by_reference ON events (reference);
CREATE INDEX events_by_claim ON events (claim);
COMMIT;
