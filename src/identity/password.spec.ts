import { hashPassword, verifyPassword } from './password.js';

const password = 'correct horse battery staple';

describe('a password hash', () => {
  it('says its algorithm and costs, and never the password', async () => {
    const hash = await hashPassword(password);
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(hash).not.toContain('correct');
  });

  it('differs for the same password', async () => {
    expect(await hashPassword(password)).not.toBe(await hashPassword(password));
  });

  it('fits its password and no other', async () => {
    const hash = await hashPassword(password);
    expect(await verifyPassword({ hash, password })).toBe(true);
    expect(await verifyPassword({ hash, password: `${password} ` })).toBe(false);
  });

  it('fits the same characters composed differently', async () => {
    const hash = await hashPassword('pass\u00e9-compos\u00e9e');
    expect(await verifyPassword({ hash, password: 'passe\u0301-compose\u0301e' })).toBe(true);
  });

  // A vector of the reference implementation, P-H-C/phc-winner-argon2, src/test.c.
  it('verifies what others hashed at other costs', async () => {
    const hash = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    expect(await verifyPassword({ hash, password: 'password' })).toBe(true);
  });

  it('is an error when it is not one of ours', async () => {
    await expect(verifyPassword({ hash: 'salt:digest', password })).rejects.toThrow('malformed');
  });
});
