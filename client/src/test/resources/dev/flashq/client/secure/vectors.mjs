// Makes vectors.json with the crypto of Node, as the TypeScript of flashQ's guide uses it:
// node vectors.mjs > vectors.json
import { createCipheriv, createHash } from 'node:crypto';

const key = (name) => createHash('sha256').update('a key for tests: ' + name).digest();
const keys = { first: key('first').toString('hex'), second: key('second').toString('hex') };

function encrypt(data, hex, name) {
  const iv = createHash('sha256').update('iv ' + name).digest().subarray(0, 16);
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(hex, 'hex'), iv);
  const text = Buffer.concat([cipher.update(JSON.stringify(data), 'utf8'), cipher.final()]);
  return {
    iv: iv.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
    data: text.toString('base64'),
  };
}

const values = [
  { userId: 'user-42', ssn: '123-45-6789' },
  { text: 'ä€𝄞 "quoted" \\ and \n lines', list: [1, -2.5, 1e21, true, null, {}] },
  'a text alone',
  0,
  null,
  [],
  { long: 'x'.repeat(1000) },
];
const sealed = values.map((value, i) => ({
  key: i % 2 ? 'second' : 'first',
  json: JSON.stringify(value),
  envelope: encrypt(value, i % 2 ? keys.second : keys.first, i),
}));
const fields = {
  json: JSON.stringify({ name: 'Ada', ssn: '123-45-6789', creditCard: { number: '4111' } }),
  encrypted: {
    name: 'Ada',
    _encrypted_ssn: encrypt('123-45-6789', keys.first, 'ssn'),
    _encrypted_creditCard: encrypt({ number: '4111' }, keys.first, 'card'),
  },
};
const sanitizeString = (input) => input.replace(/[<>'"&]/g, '').trim().slice(0, 10000);
const strings = ['<b>bold</b>', ' a & b ', "it's \"quoted\"", '< x >', '\u00a0\ufeff\u2028 space \t\n', 'ä𝄞', '&lt;', '   ', ''];
const texts = strings.map((input) => ({ input, text: sanitizeString(input) }));
console.log(JSON.stringify({ keys, sealed, fields, texts }, null, 1));
