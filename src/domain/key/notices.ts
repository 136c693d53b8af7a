/** What people are told about a key by mail. */
export type NoticeKind =
  | 'key_issued'
  | 'user_assigned'
  | 'user_unassigned'
  | 'key_rotated'
  | 'expiring'
  | 'rotation_due';

/** How long before its end a key's users are told, the first time first. */
export const noticeDays = [30, 7, 1] as const;

export type NoticeDays = (typeof noticeDays)[number];
