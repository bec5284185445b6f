"""The part of GitHub's GraphQL schema that the fake answers."""

SDL = """
scalar GitObjectID
scalar GitRefname
scalar URI

type Query { repository(owner: String!, name: String!): Repository }
type Mutation { updateRefs(input: UpdateRefsInput!): UpdateRefsPayload }

type Repository {
  id: ID!
  ref(qualifiedName: String!): Ref
  pullRequest(number: Int!): PullRequest
}

type Ref {
  target: GitObject
  refUpdateRule: RefUpdateRule
  rules(after: String, first: Int, last: Int): RepositoryRuleConnection
}
type GitObject { oid: GitObjectID! }

type RefUpdateRule {
  requiredApprovingReviewCount: Int
  requiredStatusCheckContexts: [String]
}
type RepositoryRuleConnection { nodes: [RepositoryRule] }
type RepositoryRule { type: RepositoryRuleType! }
enum RepositoryRuleType {
  CREATION
  DELETION
  MERGE_QUEUE
  NON_FAST_FORWARD
  PULL_REQUEST
  REQUIRED_LINEAR_HISTORY
  REQUIRED_SIGNATURES
  REQUIRED_STATUS_CHECKS
  REQUIRED_WORKFLOW_STATUS_CHECKS
  UPDATE
  WORKFLOWS
}

enum PullRequestState { OPEN CLOSED MERGED }
type PullRequest {
  state: PullRequestState!
  locked: Boolean!
  headRefOid: GitObjectID!
  comments(after: String, first: Int): IssueCommentConnection!
}
type PageInfo { hasNextPage: Boolean! endCursor: String }
type IssueCommentConnection { nodes: [IssueComment] pageInfo: PageInfo! }
type IssueComment {
  body: String!
  viewerDidAuthor: Boolean!
  url: URI!
}

input RefUpdate { name: GitRefname! afterOid: GitObjectID! beforeOid: GitObjectID force: Boolean = false }
input UpdateRefsInput { repositoryId: ID! refUpdates: [RefUpdate!]! clientMutationId: String }
type UpdateRefsPayload { clientMutationId: String }
"""
