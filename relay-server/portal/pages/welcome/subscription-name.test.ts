import { describe, expect, test } from 'vitest';
import { label } from '#protocol/names.ts';
import { asSubscriptionName, subscriptionNameProblem } from './subscription-name.ts';

describe('the name of a subscription', () => {
  test.each(['contoso', 'a', '7', 'contoso-2', 'a'.repeat(63), '', '-a', 'a-', 'a b', 'ä', 'A', 'a.b', 'a'.repeat(64)])(
    'is judged as the server judges it: %j',
    (name) => {
      expect(subscriptionNameProblem(name) === undefined).toBe(label.safeParse(name).success);
    },
  );

  test('is made of what people type', () => {
    expect(asSubscriptionName('Contoso AG')).toBe('contoso-ag');
    expect(asSubscriptionName('head_office.zurich')).toBe('head-office-zurich');
  });
});
