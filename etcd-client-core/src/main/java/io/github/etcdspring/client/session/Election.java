/*
 * Copyright 2026 the etcd-spring authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package io.github.etcdspring.client.session;

import io.github.etcdspring.client.data.Arguments;
import io.github.etcdspring.client.data.Bytes;
import io.github.etcdspring.client.data.KeyRange;
import io.github.etcdspring.client.election.LeaderListener;
import io.github.etcdspring.client.election.Observation;
import io.github.etcdspring.client.kv.GetRequest;
import io.github.etcdspring.client.kv.SortOrder;
import io.github.etcdspring.client.kv.SortTarget;

/**
 * An election: of all candidates one leads, the one who has waited longest when the
 * leader goes. Made by {@link Session#election(String)}; thread-safe.
 *
 * @since 0.1.0
 */
public final class Election {

	private final Session session;

	private final Bytes prefix;

	private final Candidacy candidacy;

	Election(Session session, Bytes name, Candidacy candidacy) {
		this.session = session;
		this.prefix = name.concat(Bytes.utf8("/"));
		this.candidacy = candidacy;
	}

	/**
	 * Become a candidate, and wait to become the leader: for ever, unless there is a
	 * timeout.
	 * @param value what the leader says, such as its address
	 * @return the request; its exception is a
	 * {@link io.github.etcdspring.client.error.SessionLostException SessionLostException}
	 * if the session loses its lease meanwhile, an {@link IllegalStateException} if the
	 * session is a candidate already
	 */
	public CampaignRequest campaign(String value) {
		return campaign(Bytes.utf8(value));
	}

	/**
	 * Become a candidate, as {@link #campaign(String)} does.
	 * @param value what the leader says
	 * @return the request
	 */
	public CampaignRequest campaign(Bytes value) {
		return new CampaignRequest(this.session.services(), this.candidacy, value);
	}

	/**
	 * Take up a leadership again that a process before this one had, with the lease of
	 * this session: see {@link SessionRequest#lease(long)}.
	 * @param fencingToken the token of the leadership
	 * @return the request; its exception is a
	 * {@link io.github.etcdspring.client.error.SessionLostException SessionLostException}
	 * if somebody else leads by now, or nobody
	 * @throws IllegalArgumentException if the token is not positive
	 */
	public ResumeRequest resume(long fencingToken) {
		if (fencingToken < 1) {
			throw new IllegalArgumentException("'fencingToken' must be positive but was " + fencingToken);
		}
		return new ResumeRequest(this.session, this.candidacy, this.prefix, fencingToken);
	}

	/**
	 * Ask who leads.
	 * @return the request; its result has the leader as its
	 * {@link io.github.etcdspring.client.kv.GetResult#first() first} key, or none. The
	 * value is what the leader says, the create revision its fencing token
	 */
	public GetRequest leader() {
		return this.session.services()
			.kv()
			.get(KeyRange.prefix(this.prefix))
			.sort(SortTarget.CREATE_REVISION, SortOrder.ASCENDING)
			.limit(1);
	}

	/**
	 * Tell a listener who leads, now and after each change.
	 * @param listener the listener
	 * @return what ends it; the caller closes it
	 */
	public Observation observe(LeaderListener listener) {
		Arguments.notNull(listener, "listener");
		return CandidateWatch.open(this.session.services(), this.prefix, listener);
	}

}
