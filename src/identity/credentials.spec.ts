import { areCredentials, faultOf, normalizedEmail } from './credentials.js';

const good = { email: 'ada@example.com', password: 'correct horse battery', name: 'Ada Lovelace' };

describe('credentials', () => {
  it('has one spelling per address', () => {
    expect(normalizedEmail(' Ada@Example.COM\n')).toBe('ada@example.com');
  });

  it.each([
    ['plain', good],
    ['a tagged address', { ...good, email: "o'neil.ada+test@mail.example.co" }],
    ['the longest address', { ...good, email: `${'a'.repeat(242)}@example.com` }],
    ['the shortest password', { ...good, password: 'twelve chars' }],
    ['the longest password, in characters, not code units', { ...good, password: '🔑'.repeat(128) }],
    ['a name of one character', { ...good, name: '李' }],
    ['the longest name', { ...good, name: '🔑'.repeat(100) }],
  ])('takes %s', (_, given) => {
    expect(faultOf(given)).toBeUndefined();
    expect(areCredentials(given)).toBe(true);
  });

  it.each([
    ['user.email_invalid', { ...good, email: '' }],
    ['user.email_invalid', { ...good, email: 'ada' }],
    ['user.email_invalid', { ...good, email: 'ada@localhost' }],
    ['user.email_invalid', { ...good, email: 'ada..l@example.com' }],
    ['user.email_invalid', { ...good, email: 'Ada@example.com' }],
    ['user.email_invalid', { ...good, email: 'ada@example.com\u0000' }],
    ['user.email_invalid', { ...good, email: `${'a'.repeat(243)}@example.com` }],
    ['user.password_too_short', { ...good, password: 'eleven char' }],
    ['user.password_too_short', { ...good, password: '🔑'.repeat(11) }],
    ['user.password_too_long', { ...good, password: 'a'.repeat(129) }],
    ['user.name_invalid', { ...good, name: '' }],
    ['user.name_invalid', { ...good, name: 'a'.repeat(101) }],
    ['user.name_invalid', { ...good, name: 'Ada\u0000' }],
    ['user.name_invalid', { ...good, name: 'Ada\nLovelace' }],
    ['user.name_invalid', { ...good, name: '\ud83d' }],
  ])('answers %s', (fault, given) => {
    expect(faultOf(given)).toBe(fault);
  });
});
