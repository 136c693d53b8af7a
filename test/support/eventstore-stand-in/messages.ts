import gossipPb from '@eventstore/db-client/generated/gossip_pb.js';
import featuresPb from '@eventstore/db-client/generated/serverfeatures_pb.js';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import statusPb from '@eventstore/db-client/generated/status_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import anyPb from 'google-protobuf/google/protobuf/any_pb.js';
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js';
import { type Appended, none, type Proposed, type Stored } from './log.js';

/** The answers of the server, made of what the client package ships. */

const ticksPerMillisecond = 10_000n;

export function proposedOf(message: streamsPb.BatchAppendReq.ProposedMessage): Proposed {
  const given = message.getMetadataMap();
  return {
    id: message.getId()?.getString() ?? '',
    type: given.get('type') ?? '',
    contentType: given.get('content-type') ?? '',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

export function nameOf(identifier: sharedPb.StreamIdentifier | undefined): string {
  return Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8');
}

export function identifierOf(stream: string): sharedPb.StreamIdentifier {
  return new sharedPb.StreamIdentifier().setStreamName(Buffer.from(stream));
}

export function eventAnswer(stored: Stored): streamsPb.ReadResp {
  const position = String(stored.position);
  const recorded = new streamsPb.ReadResp.ReadEvent.RecordedEvent()
    .setId(new sharedPb.UUID().setString(stored.id))
    .setStreamIdentifier(identifierOf(stored.stream))
    .setStreamRevision(String(stored.revision))
    .setCommitPosition(position)
    .setPreparePosition(position)
    .setData(stored.data)
    .setCustomMetadata(stored.metadata);
  recorded
    .getMetadataMap()
    .set('type', stored.type)
    .set('content-type', stored.contentType)
    .set('created', String(BigInt(Date.now()) * ticksPerMillisecond));
  return new streamsPb.ReadResp().setEvent(
    new streamsPb.ReadResp.ReadEvent().setEvent(recorded).setCommitPosition(position),
  );
}

export function notFoundAnswer(stream: string): streamsPb.ReadResp {
  const notFound = new streamsPb.ReadResp.StreamNotFound().setStreamIdentifier(identifierOf(stream));
  return new streamsPb.ReadResp().setStreamNotFound(notFound);
}

export function confirmationAnswer(): streamsPb.ReadResp {
  const confirmation = new streamsPb.ReadResp.SubscriptionConfirmation().setSubscriptionId(
    crypto.randomUUID(),
  );
  return new streamsPb.ReadResp().setConfirmation(confirmation);
}

export function caughtUpAnswer(): streamsPb.ReadResp {
  return new streamsPb.ReadResp().setCaughtUp(new streamsPb.ReadResp.CaughtUp());
}

/** During catch-up the real server tells no prepare position. */
export function checkpointAnswer(commit: bigint, isCaughtUp: boolean): streamsPb.ReadResp {
  const checkpoint = new streamsPb.ReadResp.Checkpoint()
    .setCommitPosition(String(commit))
    .setPreparePosition(isCaughtUp ? String(commit) : '0');
  return new streamsPb.ReadResp().setCheckpoint(checkpoint);
}

export function appendedAnswer(appended: Appended, expected: bigint): streamsPb.BatchAppendResp {
  if (!appended.ok) return failedAnswer('WrongExpectedVersion', conflictOf(appended.current, expected));
  const position = String(appended.position);
  const success = new streamsPb.BatchAppendResp.Success()
    .setCurrentRevision(String(appended.revision))
    .setPosition(new sharedPb.AllStreamPosition().setCommitPosition(position).setPreparePosition(position));
  return new streamsPb.BatchAppendResp().setSuccess(success);
}

function conflictOf(current: bigint, expected: bigint): Uint8Array {
  const conflict = new sharedPb.WrongExpectedVersion();
  if (current === none) conflict.setCurrentNoStream(new emptyPb.Empty());
  else conflict.setCurrentStreamRevision(String(current));
  if (expected === none) conflict.setExpectedNoStream(new emptyPb.Empty());
  else conflict.setExpectedStreamPosition(String(expected));
  return conflict.serializeBinary();
}

export function timeoutAnswer(): streamsPb.BatchAppendResp {
  return failedAnswer('Timeout', new sharedPb.Timeout().serializeBinary());
}

/** Its details are of a kind that the client does not know. */
export function electionAnswer(): streamsPb.BatchAppendResp {
  return failedAnswer('NotReady', new Uint8Array(), 'Server Is Not Ready');
}

function failedAnswer(type: string, bytes: Uint8Array, message = ''): streamsPb.BatchAppendResp {
  const details = new anyPb.Any();
  details.pack(bytes, `event_store.client.${type}`);
  return new streamsPb.BatchAppendResp().setError(
    new statusPb.Status().setMessage(message).setDetails(details),
  );
}

export function featuresAnswer(): featuresPb.SupportedMethods {
  const batchAppend = new featuresPb.SupportedMethod()
    .setServiceName('event_store.client.streams.streams')
    .setMethodName('batchappend');
  return new featuresPb.SupportedMethods()
    .setEventStoreServerVersion('23.10.8')
    .setMethodsList([batchAppend]);
}

export function gossipAnswer(address: string, port: number): gossipPb.ClusterInfo {
  const member = new gossipPb.MemberInfo()
    .setInstanceId(new sharedPb.UUID().setString(crypto.randomUUID()))
    .setTimeStamp('0')
    .setState(gossipPb.MemberInfo.VNodeState.LEADER)
    .setIsAlive(true)
    .setHttpEndPoint(new gossipPb.EndPoint().setAddress(address).setPort(port));
  return new gossipPb.ClusterInfo().setMembersList([member]);
}
