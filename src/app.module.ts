import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { AccountsController } from './api/http/accounts/accounts.controller.js';
import { ENTRANCE, type Entrance } from './api/http/accounts/entrance.js';
import { JoinController } from './api/http/accounts/join.controller.js';
import { AuditController } from './api/http/audit/audit.controller.js';
import { AuthenticationGuard } from './api/http/authentication.guard.js';
import { ClaimsController } from './api/http/claims/claims.controller.js';
import { Idempotency, REPLIES } from './api/http/idempotency.js';
import { KeyChangesController } from './api/http/keys/key-changes.controller.js';
import { KeysController } from './api/http/keys/keys.controller.js';
import { SelfController } from './api/http/keys/self.controller.js';
import { TokensController } from './api/http/keys/tokens.controller.js';
import { KeyUsesController } from './api/http/keys/uses.controller.js';
import { ARRIVAL, type Arrival, MinPosition } from './api/http/min-position.js';
import { HEALTH, type Health } from './api/http/operations/health.js';
import { OperationsController } from './api/http/operations/operations.controller.js';
import { CURSORS } from './api/http/pages.js';
import { PRINCIPALS, type Principals } from './api/http/principals.js';
import { ProfilesController } from './api/http/profiles/profiles.controller.js';
import { ResourcesController } from './api/http/resources/resources.controller.js';
import { SecretText } from './api/http/secret-text.js';
import { ServicesController } from './api/http/services/services.controller.js';
import { InvitationsController } from './api/http/teams/invitations.controller.js';
import { MembersController } from './api/http/teams/members.controller.js';
import { ProjectsController } from './api/http/teams/projects.controller.js';
import { TeamController } from './api/http/teams/team.controller.js';
import { TeamsController } from './api/http/teams/teams.controller.js';
import { UsageController } from './api/http/usage/usage.controller.js';
import { WalletsController } from './api/http/wallets/wallets.controller.js';
import { AssignResourcesHandler } from './application/key/assign-resources.js';
import { AssignUsersHandler } from './application/key/assign-users.js';
import { ChangeKeyHandler } from './application/key/change-key.js';
import { ChangeStatusHandler } from './application/key/change-status.js';
import { ClaimSecretHandler } from './application/key/claim-secret.js';
import { ConfirmRevocationHandler } from './application/key/confirm-revocation.js';
import { CreateKeyHandler } from './application/key/create-key.js';
import { DeleteKeyHandler } from './application/key/delete-key.js';
import { EnableServicesHandler } from './application/key/enable-services.js';
import { GetKeyHandler } from './application/key/get-key.js';
import { IssueTokenHandler, RotateTokenHandler } from './application/key/issue-token.js';
import { KeyUsesHandler } from './application/key/key-uses.js';
import { ListKeysHandler } from './application/key/list-keys.js';
import { ListTokensHandler } from './application/key/list-tokens.js';
import { RevokeKeyHandler } from './application/key/revoke-key.js';
import { RevokeTokenHandler } from './application/key/revoke-token.js';
import { RotateKeyHandler } from './application/key/rotate-key.js';
import { PARTS, type Parts } from './application/parts.js';
import { ArchiveProfileHandler } from './application/profile/archive-profile.js';
import { CreateProfileHandler } from './application/profile/create-profile.js';
import { GetProfileHandler } from './application/profile/get-profile.js';
import { ListProfilesHandler } from './application/profile/list-profiles.js';
import { UpdateProfileHandler } from './application/profile/update-profile.js';
import { ChangeResourceStatusHandler } from './application/resource/change-resource-status.js';
import { GetResourceHandler } from './application/resource/get-resource.js';
import { ListResourcesHandler } from './application/resource/list-resources.js';
import { RegisterResourceHandler } from './application/resource/register-resource.js';
import { EstimateCostHandler } from './application/service/estimate-cost.js';
import { GetServiceHandler } from './application/service/get-service.js';
import { ListServicesHandler } from './application/service/list-services.js';
import { PriceServiceHandler } from './application/service/price-service.js';
import { RegisterServiceHandler } from './application/service/register-service.js';
import { RetireServiceHandler } from './application/service/retire-service.js';
import { AcceptInvitationHandler } from './application/team/accept-invitation.js';
import { ChangeMemberHandler, RemoveMemberHandler } from './application/team/change-member.js';
import { ChangePolicyHandler } from './application/team/change-policy.js';
import { ChangeProjectStatusHandler, RenameProjectHandler } from './application/team/change-project.js';
import { CreateProjectHandler } from './application/team/create-project.js';
import { FindInvitationHandler } from './application/team/find-invitation.js';
import { GetMemberHandler } from './application/team/get-member.js';
import { GetProjectHandler } from './application/team/get-project.js';
import { GetTeamHandler } from './application/team/get-team.js';
import { InviteMemberHandler } from './application/team/invite-member.js';
import { ListInvitationsHandler } from './application/team/list-invitations.js';
import { ListMembersHandler } from './application/team/list-members.js';
import { ListProjectsHandler } from './application/team/list-projects.js';
import { ListTeamsHandler } from './application/team/list-teams.js';
import { WithdrawInvitationHandler } from './application/team/withdraw-invitation.js';
import { CompleteSignUpHandler } from './application/user/complete-sign-up.js';
import { GetMembershipsHandler } from './application/user/get-memberships.js';
import { GetWalletHandler } from './application/wallet/get-wallet.js';
import { ListWalletsHandler } from './application/wallet/list-wallets.js';
import { OpenWalletHandler } from './application/wallet/open-wallet.js';
import { ReadLedgerHandler } from './application/wallet/read-ledger.js';
import { RecordUsageHandler } from './application/wallet/record-usage.js';
import { TopUpWalletHandler } from './application/wallet/top-up-wallet.js';
import type { Cursors } from './platform/cursors.js';
import { METRICS, type Metrics } from './platform/metrics.js';
import type { Replies } from './platform/replies.js';

/** What the module is given: everything with a life of its own is started and stopped by `service.ts`. */
export interface ModuleParts {
  readonly parts: Parts;
  readonly arrival: Arrival;
  readonly replies: Replies;
  readonly entrance: Entrance;
  readonly principals: Principals;
  readonly cursors: Cursors;
  readonly health: Health;
  readonly metrics: Metrics;
}

const handlers: Provider[] = [
  AcceptInvitationHandler,
  ArchiveProfileHandler,
  AssignResourcesHandler,
  AssignUsersHandler,
  ChangeKeyHandler,
  ChangeMemberHandler,
  ChangePolicyHandler,
  ChangeProjectStatusHandler,
  ChangeResourceStatusHandler,
  ChangeStatusHandler,
  ClaimSecretHandler,
  CompleteSignUpHandler,
  ConfirmRevocationHandler,
  CreateKeyHandler,
  CreateProfileHandler,
  CreateProjectHandler,
  DeleteKeyHandler,
  EnableServicesHandler,
  EstimateCostHandler,
  FindInvitationHandler,
  GetKeyHandler,
  GetMemberHandler,
  GetMembershipsHandler,
  GetProfileHandler,
  GetProjectHandler,
  GetResourceHandler,
  GetServiceHandler,
  GetTeamHandler,
  GetWalletHandler,
  InviteMemberHandler,
  IssueTokenHandler,
  KeyUsesHandler,
  ListInvitationsHandler,
  ListKeysHandler,
  ListMembersHandler,
  ListProfilesHandler,
  ListProjectsHandler,
  ListResourcesHandler,
  ListServicesHandler,
  ListTeamsHandler,
  ListTokensHandler,
  ListWalletsHandler,
  OpenWalletHandler,
  PriceServiceHandler,
  ReadLedgerHandler,
  RecordUsageHandler,
  RegisterResourceHandler,
  RegisterServiceHandler,
  RemoveMemberHandler,
  RenameProjectHandler,
  RetireServiceHandler,
  RevokeKeyHandler,
  RevokeTokenHandler,
  RotateKeyHandler,
  RotateTokenHandler,
  TopUpWalletHandler,
  UpdateProfileHandler,
  WithdrawInvitationHandler,
];

@Module({})
export class AppModule {
  static with({
    parts,
    arrival,
    replies,
    entrance,
    principals,
    cursors,
    health,
    metrics,
  }: ModuleParts): DynamicModule {
    return {
      module: AppModule,
      imports: [CqrsModule.forRoot()],
      controllers: [
        AccountsController,
        AuditController,
        JoinController,
        ClaimsController,
        KeyChangesController,
        KeysController,
        InvitationsController,
        KeyUsesController,
        MembersController,
        OperationsController,
        ProfilesController,
        ProjectsController,
        ResourcesController,
        SelfController,
        ServicesController,
        TeamController,
        TeamsController,
        TokensController,
        UsageController,
        WalletsController,
      ],
      providers: [
        ...handlers,
        { provide: APP_GUARD, useClass: AuthenticationGuard },
        { provide: APP_INTERCEPTOR, useClass: SecretText },
        { provide: APP_INTERCEPTOR, useClass: MinPosition },
        { provide: APP_INTERCEPTOR, useClass: Idempotency },
        { provide: REPLIES, useValue: replies },
        { provide: ARRIVAL, useValue: arrival },
        { provide: PARTS, useValue: parts },
        { provide: ENTRANCE, useValue: entrance },
        { provide: PRINCIPALS, useValue: principals },
        { provide: CURSORS, useValue: cursors },
        { provide: HEALTH, useValue: health },
        { provide: METRICS, useValue: metrics },
      ],
    };
  }
}
