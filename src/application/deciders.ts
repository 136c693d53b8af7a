import type { KeyCommand } from '../domain/key/commands.js';
import * as key from '../domain/key/decide.js';
import { type KeyEvent, keyEventTypes } from '../domain/key/events.js';
import { evolve as evolveKey, type Key } from '../domain/key/state.js';
import type { ProfileCommand } from '../domain/profile/commands.js';
import * as profile from '../domain/profile/decide.js';
import { type ProfileEvent, profileEventTypes } from '../domain/profile/events.js';
import { evolve as evolveProfile, type Profile } from '../domain/profile/state.js';
import type { ResourceCommand } from '../domain/resource/commands.js';
import * as resource from '../domain/resource/decide.js';
import { type ResourceEvent, resourceEventTypes } from '../domain/resource/events.js';
import { evolve as evolveResource, type Resource } from '../domain/resource/state.js';
import type { ServiceCommand } from '../domain/service/commands.js';
import * as service from '../domain/service/decide.js';
import { type ServiceEvent, serviceEventTypes } from '../domain/service/events.js';
import { evolve as evolveService, type Service } from '../domain/service/state.js';
import type { TeamCommand } from '../domain/team/commands.js';
import * as team from '../domain/team/decide.js';
import { type TeamEvent, teamEventTypes } from '../domain/team/events.js';
import { evolve as evolveTeam, type Team } from '../domain/team/state.js';
import type { UserCommand } from '../domain/user/commands.js';
import * as user from '../domain/user/decide.js';
import { type UserEvent, userEventTypes } from '../domain/user/events.js';
import { evolve as evolveUser, type User } from '../domain/user/state.js';
import type { WalletCommand } from '../domain/wallet/commands.js';
import * as wallet from '../domain/wallet/decide.js';
import { type WalletEvent, walletEventTypes } from '../domain/wallet/events.js';
import { evolve as evolveWallet, type Wallet } from '../domain/wallet/state.js';
import type { Decider } from './execute.js';

export const keyDecider: Decider<Key, KeyCommand, KeyEvent> = {
  events: keyEventTypes,
  evolve: evolveKey,
  decide: key.decide,
};

export const profileDecider: Decider<Profile, ProfileCommand, ProfileEvent> = {
  events: profileEventTypes,
  evolve: evolveProfile,
  decide: profile.decide,
};

export const resourceDecider: Decider<Resource, ResourceCommand, ResourceEvent> = {
  events: resourceEventTypes,
  evolve: evolveResource,
  decide: resource.decide,
};

export const serviceDecider: Decider<Service, ServiceCommand, ServiceEvent> = {
  events: serviceEventTypes,
  evolve: evolveService,
  decide: service.decide,
};

export const teamDecider: Decider<Team, TeamCommand, TeamEvent> = {
  events: teamEventTypes,
  evolve: evolveTeam,
  decide: team.decide,
};

export const userDecider: Decider<User, UserCommand, UserEvent> = {
  events: userEventTypes,
  evolve: evolveUser,
  decide: user.decide,
};

export const walletDecider: Decider<Wallet, WalletCommand, WalletEvent> = {
  events: walletEventTypes,
  evolve: evolveWallet,
  decide: wallet.decide,
  isToldByEnds: true,
};
