"""The part of GitHub's GraphQL schema that the fake answers."""

SDL = """
scalar DateTime
scalar GitObjectID
scalar GitRefname
scalar URI
scalar BigInt

type Query {
  viewer: User!
  repository(owner: String!, name: String!, followRenames: Boolean = true): Repository
}

type Mutation {
  updateRefs(input: UpdateRefsInput!): UpdateRefsPayload
  minimizeComment(input: MinimizeCommentInput!): MinimizeCommentPayload
  unminimizeComment(input: UnminimizeCommentInput!): UnminimizeCommentPayload
}

interface Actor { login: String! url: URI! resourcePath: URI! }
type User implements Actor { id: ID! databaseId: Int login: String! url: URI! resourcePath: URI! }
type Bot implements Actor { id: ID! databaseId: Int login: String! url: URI! resourcePath: URI! }

type Repository {
  id: ID!
  databaseId: Int
  name: String!
  nameWithOwner: String!
  isPrivate: Boolean!
  url: URI!
  defaultBranchRef: Ref
  ref(qualifiedName: String!): Ref
  object(oid: GitObjectID, expression: String): GitObject
  pullRequest(number: Int!): PullRequest
}

type Ref {
  id: ID!
  name: String!
  prefix: String!
  target: GitObject
  refUpdateRule: RefUpdateRule
  rules(after: String, before: String, first: Int, last: Int): RepositoryRuleConnection
}

type RefUpdateRule {
  allowsDeletions: Boolean!
  allowsForcePushes: Boolean!
  pattern: String!
  requiredApprovingReviewCount: Int
  requiredStatusCheckContexts: [String]
}
type RepositoryRuleConnection { nodes: [RepositoryRule] totalCount: Int! }
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

interface GitObject { id: ID! oid: GitObjectID! abbreviatedOid: String! }
type Commit implements GitObject {
  id: ID!
  oid: GitObjectID!
  abbreviatedOid: String!
  message: String!
  tree: Tree!
}
type Tree implements GitObject { id: ID! oid: GitObjectID! abbreviatedOid: String! }
type Tag implements GitObject { id: ID! oid: GitObjectID! abbreviatedOid: String! }
type Blob implements GitObject {
  id: ID!
  oid: GitObjectID!
  abbreviatedOid: String!
  byteSize: Int!
  isBinary: Boolean
  isTruncated: Boolean!
  text: String
}

enum PullRequestState { OPEN CLOSED MERGED }

type PullRequest {
  id: ID!
  databaseId: Int
  number: Int!
  title: String!
  state: PullRequestState!
  locked: Boolean!
  isDraft: Boolean!
  isCrossRepository: Boolean!
  merged: Boolean!
  url: URI!
  headRefOid: GitObjectID!
  baseRefOid: GitObjectID!
  headRefName: String!
  baseRefName: String!
  author: Actor
  comments(after: String, before: String, first: Int, last: Int): IssueCommentConnection!
}

type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
type IssueCommentConnection { nodes: [IssueComment] pageInfo: PageInfo! totalCount: Int! }

interface Minimizable { id: ID! isMinimized: Boolean! minimizedReason: String }
type IssueComment implements Minimizable {
  id: ID!
  databaseId: Int @deprecated(reason: "Use fullDatabaseId")
  fullDatabaseId: BigInt
  body: String!
  author: Actor
  viewerDidAuthor: Boolean!
  viewerCanUpdate: Boolean!
  url: URI!
  isMinimized: Boolean!
  minimizedReason: String
  createdAt: DateTime!
  updatedAt: DateTime!
}

enum ReportedContentClassifiers { ABUSE DUPLICATE LOW_QUALITY OFF_TOPIC OUTDATED RESOLVED SPAM }
input MinimizeCommentInput {
  subjectId: ID!
  classifier: ReportedContentClassifiers!
  clientMutationId: String
}
type MinimizeCommentPayload { clientMutationId: String minimizedComment: Minimizable }
input UnminimizeCommentInput { subjectId: ID! clientMutationId: String }
type UnminimizeCommentPayload { clientMutationId: String unminimizedComment: Minimizable }

input RefUpdate { name: GitRefname! afterOid: GitObjectID! beforeOid: GitObjectID force: Boolean = false }
input UpdateRefsInput { repositoryId: ID! refUpdates: [RefUpdate!]! clientMutationId: String }
type UpdateRefsPayload { clientMutationId: String }
"""
