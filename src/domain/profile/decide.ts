import { type Decision, happened, nothing, refused } from '../decision.js';
import { isKeyName } from '../key/name.js';
import { faultOf } from '../text.js';
import type { ArchiveProfile, CreateProfile, ProfileCommand, UpdateProfile } from './commands.js';
import type { ProfileEvent } from './events.js';
import { faultOfSettings, isSameSettings } from './settings.js';
import { changesIn, type Profile, type ProfileState } from './state.js';

type ProfileDecision = Decision<ProfileEvent>;

export function decide(command: ProfileCommand, profile: ProfileState): ProfileDecision {
  if (command.type === 'CreateProfile') return create(profile, command);
  if (!profile) return refused('profile.not_found');
  switch (command.type) {
    case 'UpdateProfile':
      return update(profile, command);
    case 'ArchiveProfile':
      return archive(profile, command);
  }
}

/** The id is the caller's: a profile that is there already was made by an earlier try of the same command. */
function create(profile: ProfileState, command: CreateProfile): ProfileDecision {
  if (profile) return nothing;
  const { profileId, teamId, name, settings, at } = command;
  return (
    refusalOf(command) ??
    happened({ type: 'BiasProfileCreated', profileId, teamId, name, settings, createdAt: at })
  );
}

function update(profile: Profile, command: UpdateProfile): ProfileDecision {
  if (profile.isArchived) return refused('profile.archived');
  const refusal = refusalOf(command);
  if (refusal) return refusal;
  const { name, settings, at } = command;
  const changes = changesIn({
    ...(name !== profile.name && name !== undefined && { name }),
    ...(settings && !isSameSettings(settings, profile.settings) && { settings }),
  });
  if (Object.keys(changes).length === 0) return nothing;
  return happened({ type: 'BiasProfileUpdated', ...changes, updatedAt: at });
}

/** Nobody takes a profile away from under a key. */
function archive(profile: Profile, { isAttached, at }: ArchiveProfile): ProfileDecision {
  if (profile.isArchived) return nothing;
  if (isAttached) return refused('profile.attached');
  return happened({ type: 'BiasProfileArchived', archivedAt: at });
}

function refusalOf({
  name,
  settings,
}: Pick<UpdateProfile, 'name' | 'settings'>): Decision<never> | undefined {
  if (name !== undefined && !isKeyName(name)) return refused('profile.name_invalid', 'name');
  const fault = faultOf({ name });
  if (fault) return refused(fault.code, fault.field);
  const code = settings && faultOfSettings(settings);
  return code && refused(code, 'settings');
}
